// Calls a REST API with a token of the service's own, shared by all processes (their FronteggAuthenticator and HttpClient).
import { type ApiClient, createApiClient, createMachineClient, type MachineClient } from 'latchkey/machine';

export interface Vendor {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly baseUrl: string;
  readonly redis: { readonly host: string; readonly port: number; readonly password: string };
  readonly cacheSecret: string;
}

export function createVendorApi(vendor: Vendor): {
  readonly api: ApiClient;
  readonly machine: MachineClient;
} {
  const { issuer, clientId, clientSecret, baseUrl, redis, cacheSecret } = vendor;
  const machine = createMachineClient({
    issuer,
    clientId,
    clientSecret,
    cache: { type: 'redis', ...redis, db: 10, secret: cacheSecret },
  });
  const tenantHeader = 'frontegg-tenant-id';
  return { machine, api: createApiClient({ baseUrl, token: machine, tenantHeader, timeoutSeconds: 3 }) };
}

export async function createUser(api: ApiClient, email: string): Promise<unknown> {
  const headers = { 'frontegg-vendor-host': 'acme.example.com' };
  const { data } = await api.post('/identity/users', { data: { email }, tenant: 'acme', headers });
  return data;
}
