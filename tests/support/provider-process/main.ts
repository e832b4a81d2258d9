// The program behind provider-process.ts: the local provider with its people, its state in a folder, each request told.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { openProviderStorage } from '../../../src/embedded.ts';
import {
  createLocalProvider,
  createLocalProviderKeys,
  type LocalAccount,
  type LocalProviderKeys,
} from '../../../src/local-provider.ts';

const [folder = '', port = '', app = '', tokenSeconds = ''] = process.argv.slice(2);
const keysFile = `${folder}/keys.json`;
if (!existsSync(keysFile)) writeFileSync(keysFile, JSON.stringify(await createLocalProviderKeys()));
const ada = {
  id: 'ada',
  claims: { name: 'Ada Lovelace', preferred_username: 'ada', email: 'ada@example.test' },
  permissions: [],
  roles: [],
};
/** As many readers as somebody asks for, beside the one person without rights. */
const accountOf = (id: string): LocalAccount | null => {
  if (id === 'ada') return ada;
  if (!/^reader-\d+$/.test(id)) return null;
  const claims = { name: id, preferred_username: id, email: `${id}@example.test` };
  return { id, claims, permissions: ['reports:read'], roles: [] };
};
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
      backchannelLogoutUri: `${app}/backchannel-logout`,
      firstParty: true,
    },
  ],
  accounts: {
    find: async (id) => accountOf(id),
    authenticate: async (login, password) => (password === 'lovelace' ? accountOf(login) : null),
  },
  scopes: ['reports'],
  lifetimes: { accessTokenSeconds: Number(tokenSeconds) },
});
const server = createServer((req, res) => {
  const line = `${req.method} ${req.url?.split('?')[0]}\n`;
  process.stdout.write(line);
  res.once('close', () => process.stdout.write(`done ${line}`));
  provider.handler(req, res);
});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
