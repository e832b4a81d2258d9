// Asks the app at its public address, as `latchkey doctor` does: through whatever stands in front of it.
import { type Clock, systemClock } from '../clock.ts';
import { createSealer } from '../crypto/seal.ts';
import { openPage, whyNotOpened } from './open-page.ts';
import { type ArrivedRequest, madeUpAddress, probeHeader, probePath } from './proxy-probe.ts';
import { basePathOf } from './return-to.ts';

/** What came back. */
export type ProxyFinding =
  /** It is this app. `bold` is how a request arrived that made up proxy headers. */
  | { readonly kind: 'arrived'; readonly plain: ArrivedRequest; readonly bold: ArrivedRequest | null }
  | { readonly kind: 'other'; readonly status: number; readonly location: string | null }
  | { readonly kind: 'unreachable'; readonly code: string };

/** Where, and with what. */
export interface AskOptions {
  readonly baseUrl: string;
  /** The session secrets of the app: they show each side that the other is the one. */
  readonly secrets: readonly string[];
  readonly timeoutMs: number;
  readonly clock?: Clock;
}

const below = (baseUrl: string, path: string) => {
  const url = new URL(baseUrl);
  return new URL(basePathOf(url) + path, url.origin);
};

/** Sends two requests, of which one has proxy headers of its own making. Never rejects. */
export async function askThroughProxy(options: AskOptions): Promise<ProxyFinding> {
  const [plain, bold] = await Promise.all([
    ask(options, {}),
    ask(options, { 'x-forwarded-for': madeUpAddress, 'x-forwarded-proto': 'http' }),
  ]);
  if (plain.kind !== 'arrived') return plain;
  return { ...plain, bold: bold.kind === 'arrived' ? bold.plain : null };
}

async function ask(options: AskOptions, headers: Record<string, string>): Promise<ProxyFinding> {
  const { secrets, baseUrl, timeoutMs, clock = systemClock } = options;
  const sealer = createSealer(secrets);
  const question = sealer.seal('probe', String(clock()), new URL(baseUrl).href);
  const sent = { ...headers, accept: 'application/json', [probeHeader]: question };
  try {
    const { status, headers: got, text } = await openPage(below(baseUrl, probePath), timeoutMs, sent);
    const opened = sealer.open('probe', sealedIn(text), question);
    if (opened === null) return { kind: 'other', status, location: got.location ?? null };
    return { kind: 'arrived', plain: JSON.parse(opened) as ArrivedRequest, bold: null };
  } catch (thrown) {
    return { kind: 'unreachable', code: whyNotOpened(thrown) };
  }
}

/** The cookies that the app sets when a login begins, as they come through the proxy; null where none begins. */
export async function askLoginCookies(baseUrl: string, timeoutMs: number): Promise<readonly string[] | null> {
  try {
    const { status, headers } = await openPage(below(baseUrl, '/login'), timeoutMs);
    return status >= 300 && status < 400 ? (headers['set-cookie'] ?? []) : null;
  } catch {
    return null;
  }
}

/** Whether an app is alive at this port of this machine. */
export async function isAlive(host: string, port: number, timeoutMs: number): Promise<boolean> {
  try {
    const { text } = await openPage(new URL(`http://${host}:${port}/healthz`), timeoutMs);
    return text.includes('"alive"');
  } catch {
    return false;
  }
}

function sealedIn(text: string): string {
  try {
    const { arrived } = JSON.parse(text) as { arrived?: unknown };
    return typeof arrived === 'string' ? arrived : '';
  } catch {
    return '';
  }
}
