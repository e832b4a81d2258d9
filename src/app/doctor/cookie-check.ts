// What the doctor says about cookies: the flags and names that the base URL allows, and whether they come through the proxy.
import { isLoopbackHost } from '../../index.ts';
import { type Check, ok, summedUp, type Trouble, warn } from './check.ts';

const name = 'cookies';
/** Bytes that browsers keep of one cookie, with its name and flags (RFC 6265 section 6.1). */
const largest = 4096;

/** @param seen - `Set-Cookie` of a login that began at the public address; null: none did */
export function cookieCheck(baseUrl: string, seen: readonly string[] | null): Check {
  const { protocol, hostname } = new URL(baseUrl);
  const isHttps = protocol === 'https:';
  const ours = (seen ?? []).filter((cookie) => /^[^=]*latchkey\./.test(cookie));
  const troubles = ours.flatMap((cookie) => troublesOf(cookie, isHttps));
  if (!isHttps && !isLoopbackHost(hostname)) {
    const said =
      'BASE_URL is plain http: cookies are neither Secure nor named __Host-, and everybody on the way can take them.';
    troubles.push({
      result: 'warn',
      seen: said,
      mend: 'Put a proxy with TLS in front, and set BASE_URL=https://….',
    });
  }
  const kind = isHttps ? 'named __Host-latchkey.…, Secure' : 'named latchkey.…, not Secure on this machine';
  if (seen === null)
    return summedUp(
      name,
      troubles,
      `They are ${kind}, HttpOnly and SameSite=Lax. No login began at BASE_URL, so none was seen.`,
    );
  if (ours.length === 0) {
    return warn(
      name,
      'A login began at BASE_URL, and its cookie did not come through.',
      'Have the proxy pass on Set-Cookie headers.',
    );
  }
  const bytes = Math.max(...ours.map((cookie) => Buffer.byteLength(cookie)));
  return troubles.length === 0
    ? ok(
        name,
        `They come through BASE_URL as they are set: ${kind}, HttpOnly, SameSite=Lax; the largest of a login has ${bytes} of ${largest} bytes.`,
      )
    : summedUp(name, troubles, '');
}

function troublesOf(cookie: string, isHttps: boolean): Trouble[] {
  const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
  const cookieName = (pair.split('=')[0] ?? '').slice(0, 40);
  const flags = new Map(
    attributes.map((each) => {
      const [flag = '', value = ''] = each.split('=');
      return [flag.toLowerCase(), value];
    }),
  );
  const wrong = [
    isHttps && !cookieName.startsWith('__Host-') ? 'the name without __Host-' : '',
    isHttps && !flags.has('secure') ? 'no Secure' : '',
    flags.has('httponly') ? '' : 'no HttpOnly',
    flags.get('samesite')?.toLowerCase() === 'lax' ? '' : `SameSite=${flags.get('samesite') ?? 'nothing'}`,
    flags.get('path') === '/' ? '' : `Path=${flags.get('path') ?? 'nothing'}`,
    flags.has('domain') ? `Domain=${flags.get('domain')}` : '',
  ].filter((each) => each !== '');
  const troubles: Trouble[] = [];
  if (wrong.length > 0) {
    const seen = `The cookie ${cookieName} comes through the proxy changed: ${wrong.join(', ')}. Browsers drop it, or send it where it does not belong.`;
    const mend =
      'Take away what rewrites cookies; in nginx proxy_cookie_path, proxy_cookie_domain and proxy_cookie_flags.';
    troubles.push({ result: 'fail', seen, mend });
  }
  if (Buffer.byteLength(cookie) > largest) {
    const mend = 'Ask for less: OIDC_SCOPE, or a shorter path to return to.';
    troubles.push({
      result: 'fail',
      seen: `The cookie ${cookieName} has more than ${largest} bytes, and browsers drop it.`,
      mend,
    });
  }
  return troubles;
}
