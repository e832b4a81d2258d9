// What the doctor says about the way from the public address to the app, and what proxies on it add.
import type { ArrivedRequest, ProxyFinding } from '../../index.ts';
import type { Settings } from '../settings.ts';
import { type Check, fail, summedUp, type Trouble, warn } from './check.ts';

const name = 'proxy';
const sendProto =
  'Have the proxy send X-Forwarded-Proto; in nginx `proxy_set_header X-Forwarded-Proto $scheme;`.';
const sendFor =
  'Have the proxy send X-Forwarded-For; in nginx `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;`.';
const isTls = /CERT|SELF_SIGNED|TLS|SSL|ALTNAME|UNABLE_TO_/;

type ProxySettings = Pick<Settings, 'baseUrl' | 'port' | 'trustProxy'>;

/** @param isAlive - whether the app runs on this machine, beside all proxies */
export function proxyCheck(settings: ProxySettings, found: ProxyFinding, isAlive: boolean): Check {
  const { baseUrl, port } = settings;
  if (found.kind === 'arrived') {
    const troubles = troublesOf(settings, found.plain, found.bold);
    const way =
      found.plain.forwardedFor === 0
        ? 'without a proxy'
        : 'with the headers of the proxy as TRUST_PROXY says';
    return summedUp(name, troubles, `${baseUrl} leads to this app, ${way}.`);
  }
  if (found.kind === 'other') return otherCheck(settings, found);
  const { code } = found;
  if (isTls.test(code)) {
    const mend = `Give the proxy a certificate for ${new URL(baseUrl).host} that browsers accept. A private authority is named in NODE_EXTRA_CA_CERTS.`;
    return fail(name, `The certificate of ${baseUrl} is not accepted (${code}).`, mend);
  }
  if (isAlive) {
    const seen = `The app runs on port ${port} of this machine, and ${baseUrl} does not lead to it (${code}).`;
    return fail(name, seen, 'Check BASE_URL, its DNS entry, the firewall and the proxy.');
  }
  const seen = `Nothing answers at ${baseUrl} (${code}), and no app runs on port ${port} of this machine.`;
  return warn(
    name,
    seen,
    'Start the app, and run the doctor again: only then it shows what the proxy sends.',
  );
}

function otherCheck({ baseUrl, port }: ProxySettings, found: ProxyFinding & { kind: 'other' }): Check {
  const { status, location } = found;
  if (status >= 502 && status <= 504) {
    const mend = `Start the app, and have the proxy pass requests on to its port ${port}.`;
    return fail(name, `${baseUrl} answers ${status}: the proxy does not reach the app.`, mend);
  }
  const to = URL.parse(location ?? '', baseUrl);
  if (to !== null && location !== null && to.origin !== new URL(baseUrl).origin) {
    const mend = `If people open ${to.origin}, set BASE_URL to it, and register its redirect URI.`;
    return fail(name, `${baseUrl} answers ${status} and leads to ${to.origin}.`, mend);
  }
  const mend =
    'Check that BASE_URL leads to this app, that the proxy leaves the path as it is, and that app and doctor have the same SESSION_SECRET, DATA_DIR and BASE_URL. Compare the clocks of the two machines, too.';
  return fail(name, `${baseUrl} answers ${status}, and not as this app with this SESSION_SECRET.`, mend);
}

function troublesOf(
  { baseUrl, trustProxy }: ProxySettings,
  plain: ArrivedRequest,
  bold: ArrivedRequest | null,
): Trouble[] {
  const troubles: Trouble[] = [];
  const add = (result: Trouble['result'], seen: string, mend: string) =>
    troubles.push({ result, seen, mend });
  const isHttps = baseUrl.startsWith('https:');
  const proxies = plain.forwardedFor;
  const trustMore = `Set TRUST_PROXY=${Math.max(1, proxies)}, the number of proxies, or name their subnets.`;

  if (isHttps && !plain.secure) {
    const { forwardedProto: said } = plain;
    const takes = 'so the app takes https for plain http and lets nobody sign in';
    if (said === null) {
      const trust = trustProxy === null ? ` ${trustMore}` : '';
      add('fail', `Requests come without X-Forwarded-Proto, ${takes}.`, sendProto + trust);
    } else if (/^https\b/i.test(said)) {
      const why = trustProxy === null ? 'is not set' : 'does not name this proxy';
      add(
        'fail',
        `X-Forwarded-Proto says https and is not believed, because TRUST_PROXY ${why}, ${takes}.`,
        trustMore,
      );
    } else {
      const mend = 'The proxy that ends TLS has to set X-Forwarded-Proto, and those behind it pass it on.';
      add('fail', `X-Forwarded-Proto says "${said}" for a request that was sent by https, ${takes}.`, mend);
    }
  }
  if (proxies === 0 && trustProxy !== null) {
    const seen =
      'Requests come without X-Forwarded-For: everybody seems to have the address of the proxy, and who sends the header makes up theirs.';
    add('fail', seen, `${sendFor} Without a proxy, take TRUST_PROXY away.`);
  } else if (proxies === 0 && isHttps) {
    add(
      'warn',
      'Requests come without X-Forwarded-For, so everybody seems to have the address of the proxy.',
      sendFor,
    );
  }
  if (proxies > 0 && trustProxy === null) {
    const seen =
      'A proxy sends X-Forwarded-For, and TRUST_PROXY is not set: everybody seems to have the address of the proxy.';
    add('warn', seen, trustMore);
  } else if (proxies > plain.believed) {
    const seen = `X-Forwarded-For has ${proxies} addresses and TRUST_PROXY believes ${plain.believed}: visitors seem to have the address of a proxy.`;
    add('warn', seen, trustMore);
  }
  // By subnets nothing follows from it: the machine of the doctor may be in one of them.
  if (proxies > 0 && typeof trustProxy === 'number' && bold?.believesMadeUp === true) {
    const mend = `Set TRUST_PROXY=${proxies}, and have the outermost proxy set X-Forwarded-For anew.`;
    add('fail', 'Visitors can make up their address: what they send as X-Forwarded-For is believed.', mend);
  }
  if (isHttps && plain.secure && bold?.secure === false) {
    const mend = 'Have the outermost proxy set X-Forwarded-Proto itself, whatever came in.';
    add('warn', 'The proxy passes on the X-Forwarded-Proto that a visitor sends.', mend);
  }
  return troubles;
}
