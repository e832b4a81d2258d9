// The program behind provider-process.ts: the local provider with one person, its state in a folder, each request told.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { openProviderStorage } from '../../../src/embedded.ts';
import {
  createLocalProvider,
  createLocalProviderKeys,
  type LocalProviderKeys,
} from '../../../src/local-provider.ts';

const [folder = '', port = '', app = '', tokenSeconds = ''] = process.argv.slice(2);
const keysFile = `${folder}/keys.json`;
if (!existsSync(keysFile)) writeFileSync(keysFile, JSON.stringify(await createLocalProviderKeys()));
const claims = { name: 'Ada Lovelace', preferred_username: 'ada', email: 'ada@example.test' };
const ada = { id: 'ada', claims, permissions: [], roles: [] };
const provider = await createLocalProvider({
  issuer: `http://127.0.0.1:${port}`,
  keys: JSON.parse(readFileSync(keysFile, 'utf8')) as LocalProviderKeys,
  storage: openProviderStorage(`${folder}/provider.sqlite`),
  clients: [
    {
      clientId: 'app',
      clientSecret: 'app-secret-app-secret-app-secret',
      redirectUris: [`${app}/auth-callback`],
      postLogoutRedirectUris: [`${app}/logout`],
      firstParty: true,
    },
  ],
  accounts: {
    find: async (id) => (id === 'ada' ? ada : null),
    authenticate: async (login, password) => (login === 'ada' && password === 'lovelace' ? ada : null),
  },
  lifetimes: { accessTokenSeconds: Number(tokenSeconds) },
});
const server = createServer((req, res) => {
  process.stdout.write(`${req.method} ${req.url?.split('?')[0]}\n`);
  provider.handler(req, res);
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
