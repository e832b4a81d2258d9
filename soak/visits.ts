// What a signed-in person does on the site, and what they must never be told.
import type { Visit } from '../tests/support/browser-client.ts';
import type { Scene, SignedIn } from './scene.ts';
import { tokenSeconds } from './world.ts';

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
const bearer: VisitKind = {
  name: 'api, bearer token',
  status: ok,
  make: ({ browser }, { site }) => {
    const token = browser.cookies.value(site, tokenCookie) ?? '';
    const headers = { authorization: `Bearer ${decodeURIComponent(token)}` };
    // A program of theirs: it has the token and no cookie.
    const program = browser.clone();
    program.cookies.clear();
    return program.fetchJson(`${site}/api/me`, { from: null, headers });
  },
};

/** Kinds whose answers say who it is. */
const namesThem = new Set(['page', 'page, profile', 'api, cookie', 'api, bearer token']);

/** One page, or several requests at once as a page with scripts makes them. */
export async function visitSomething(who: SignedIn, scene: Scene): Promise<void> {
  noteToken(who, scene);
  const dice = Math.random();
  if (dice < 0.15) {
    const all = [pageKinds[0], ...apiKinds].map((kind) => visit(kind, who, scene));
    await Promise.all(all);
  } else if (dice < 0.3 && hasLivingToken(who, scene)) await visit(bearer, who, scene);
  else await visit(oneOf([...pageKinds, ...apiKinds]), who, scene);
}

/** Whether the browser is signed in, as the page says that everybody may have. */
export const visitOwnPage = (who: SignedIn, scene: Scene): Promise<boolean> =>
  visit(pageKinds[0], who, scene);

/** Makes the request until it is answered or the site is not excused any more. True: as it should be. */
async function visit(kind: VisitKind, who: SignedIn, scene: Scene): Promise<boolean> {
  const { tally, outages, elapsed } = scene;
  const from = elapsed();
  const answer = await kind.make(who, scene).catch((error: Error) => error);
  const status = answer instanceof Error ? 0 : answer.status;
  tally.note(kind.name, status);
  noteToken(who, scene);
  const expected = kind.status(who.login);
  if (status === expected && showsTheirName(kind, who, answer as Visit)) return true;
  const detail = answer instanceof Error ? answer.message : `${status} ${answer.location ?? ''}`;
  const words = `${kind.name} of ${who.login}, signed in for ${Math.round(from - who.since)} s: ${detail}`;
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

/** Since when a browser has its token. The jar does not tell: it counts a cookie's age from its last use. */
const tokens = new WeakMap<SignedIn, { readonly value: string; readonly at: number }>();

function noteToken(who: SignedIn, { site, elapsed }: Scene): void {
  const value = who.browser.cookies.value(site, tokenCookie);
  if (value !== null && tokens.get(who)?.value !== value) tokens.set(who, { value, at: elapsed() });
}

/** A program whose token ends on the way is told 401, and rightly. */
function hasLivingToken(who: SignedIn, { elapsed }: Scene): boolean {
  return elapsed() - (tokens.get(who)?.at ?? 0) < tokenSeconds - 4;
}

function oneOf<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item {
  return items[Math.floor(Math.random() * items.length)] as Item;
}
