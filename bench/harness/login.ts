// A whole login as a browser makes it: the server's login, the provider, the callback, each redirect after the other.
import { Agent, get, type IncomingMessage } from 'node:http';
import { loginHeader, writeLoginHeader } from '../../src/testing/provider/login-header.ts';
import { testUsers } from '../../src/testing.ts';

const agent = new Agent({ keepAlive: true });
const mostHops = 10;
let people = 0;

/** Signs somebody new in at a server and gives the Cookie header of the session. */
export async function logIn(baseUrl: string): Promise<string> {
  const cookies = new Map<string, string>();
  people += 1;
  const login = writeLoginHeader({ user: { ...testUsers.ada, sub: `person-${people}` } });
  let url = new URL('/login', baseUrl);
  for (let hop = 0; hop < mostHops; hop += 1) {
    const isServer = url.origin === baseUrl;
    const { status, location, setCookies } = await open(
      url,
      isServer ? { cookie: headerOf(cookies) } : { [loginHeader]: login },
    );
    if (isServer) for (const line of setCookies) keep(cookies, line);
    if (location === null) throw new Error(`${url.origin}${url.pathname} answered ${status} during a login`);
    const from = url;
    url = new URL(location, from);
    if (isServer && url.origin === baseUrl && cookies.size > 0) return headerOf(cookies);
  }
  throw new Error(`a login at ${baseUrl} does not end`);
}

const headerOf = (cookies: ReadonlyMap<string, string>): string =>
  [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

function keep(cookies: Map<string, string>, line: string): void {
  const [pair = ''] = line.split(';', 1);
  const at = pair.indexOf('=');
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  if (value === '' || /max-age=0\b|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name);
  else cookies.set(name, value);
}

async function open(url: URL, more: Readonly<Record<string, string>>) {
  const headers = {
    accept: 'text/html',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    'sec-fetch-site': 'none',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
    ...more,
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { headers, agent }, resolve).on('error', reject);
  });
  for await (const _ of response);
  const { statusCode: status = 0, headers: answered } = response;
  return { status, location: answered.location ?? null, setCookies: answered['set-cookie'] ?? [] };
}
