// What a signed-in person does on the site, and what they must never be told.
import type { Visit } from '../tests/support/browser-client.ts';
import type { Scene, SignedIn } from './scene.ts';

/** A visit, and the status it has where nothing is away. */
interface VisitKind {
  readonly name: string;
  readonly status: (login: string) => number;
  readonly make: (who: SignedIn, scene: Scene) => Promise<Visit>;
}

const tokenCookie = '__Host-latchkey.token';

const ok = () => 200;
const mayRead = (login: string): number => (login === 'ada' ? 403 : 200);

const page = (name: string, path: string, status: (login: string) => number = ok): VisitKind => ({
  name,
  status,
  make: ({ browser }, { site }) => browser.get(site + path),
});
const api = (name: string, path: string): VisitKind => ({
  name,
  status: ok,
  make: ({ browser }, { site }) => browser.fetchJson(site + path),
});

const pageKinds = [
  page('page', '/protected'),
  page('page, profile', '/profile'),
  page('page, with scope', '/protected/scope'),
  page('page, with permission', '/protected/permission', mayRead),
] as const;
const apiKinds = [api('api, cookie', '/api/me'), api('api, cookie and scope', '/api/reports')] as const;
const bearer: VisitKind = { name: 'api, bearer token', status: ok, make: useToken };

/** A program of theirs has the token and no cookie. Told 401, it takes the one that a page has just been given. */
async function useToken({ browser }: SignedIn, { site }: Scene): Promise<Visit> {
  const ask = () => {
    const token = decodeURIComponent(browser.cookies.value(site, tokenCookie) ?? '');
    const program = browser.clone();
    program.cookies.clear();
    return program.fetchJson(`${site}/api/me`, { from: null, headers: { authorization: `Bearer ${token}` } });
  };
  const answer = await ask();
  if (answer.status !== 401) return answer;
  const page = await browser.get(`${site}/protected`);
  return page.status === 200 ? ask() : page;
}

/** Kinds whose answers say who it is. */
const namesThem = new Set(['page', 'page, profile', 'api, cookie', 'api, bearer token']);

/** One page, or several requests at once as a page with scripts makes them. */
export async function visitSomething(who: SignedIn, scene: Scene): Promise<void> {
  const dice = Math.random();
  if (dice < 0.15) {
    const all = [pageKinds[0], ...apiKinds].map((kind) => visit(kind, who, scene));
    await Promise.all(all);
  } else if (dice < 0.3) await visit(bearer, who, scene);
  else await visit(oneOf([...pageKinds, ...apiKinds]), who, scene);
}

/** Whether the browser is signed in, as the page says that everybody may have. */
export const visitOwnPage = (who: SignedIn, scene: Scene): Promise<boolean> =>
  visit(pageKinds[0], who, scene);

/** Makes the request and judges the answer. True: as it should be; false may be excused by an outage. */
async function visit(kind: VisitKind, who: SignedIn, scene: Scene): Promise<boolean> {
  const { tally, outages, elapsed } = scene;
  const from = elapsed();
  const answer = await kind.make(who, scene).catch((error: Error) => error);
  const status = answer instanceof Error ? 0 : answer.status;
  tally.note(kind.name, status);
  const expected = kind.status(who.login);
  if (status === expected && showsTheirName(kind, who, answer as Visit)) return true;
  const detail = answer instanceof Error ? answer.message : `${status} ${answer.location ?? ''}`;
  const words = `${kind.name} of ${who.login}, signed in for ${Math.round(from - who.since)} s: ${detail}`;
  // While nobody can renew it, a token just ends.
  if (status === 401 && kind === bearer && outages.excuse(from, elapsed())) return false;
  if (status === 401 || (status >= 300 && status < 400)) tally.offence('session lost', words);
  else if (status === 429) tally.offence('person limited', words);
  else if (status === 500) tally.offence('server error', words);
  else if ([0, 502, 503, 504].includes(status)) {
    if (!outages.excuse(from, elapsed())) tally.offence('away without an outage', words);
  } else tally.offence('odd answer', words);
  return false;
}

/** A page of somebody else would be worse than none. */
function showsTheirName({ name }: VisitKind, { login }: SignedIn, { body }: Visit): boolean {
  return !namesThem.has(name) || body.toLowerCase().includes(login);
}

function oneOf<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item;
}
