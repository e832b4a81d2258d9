// What a server of the bench is told by whoever starts it.

/** Where to listen, and what to use. */
export interface ServerConfig {
  readonly port: number;
  readonly baseUrl: string;
  readonly redisUrl: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Signs cookies; 32 characters and more. */
  readonly secret: string;
}

const name = 'BENCH_SERVER';

/** As one variable of the environment. */
export const writeConfig = (config: ServerConfig): Record<string, string> => ({
  [name]: JSON.stringify(config),
});

/** Read by the server. */
export const readConfig = (): ServerConfig => JSON.parse(process.env[name] ?? '{}') as ServerConfig;
