// What every guard has to answer to every credential: the guard rules of the design, written down a second time.
import type { First, GuardCase, Names, Needs } from './guards.ts';
import type { CredentialCase, Rights } from './make-credentials.ts';

/** How the request was asked. */
export interface Asking {
  /** Somebody opens a page, and no program asks. */
  readonly page: boolean;
  /** The same credential was there before. */
  readonly again: boolean;
  readonly providerIsDown: boolean;
}

export interface Expected {
  readonly status: number;
  /** The stable code in the body; null where there is none, and in pages, which say it in words. */
  readonly code: string | null;
  /** RFC 6750's word for it, in header and body. */
  readonly error: string | null;
  /** Attributes of `WWW-Authenticate` beside realm, error and its description; null: no such header. */
  readonly challenge: Readonly<Record<string, string>> | null;
  readonly ran: boolean;
  readonly calls: readonly string[];
  /** Sent to the provider with this wish. */
  readonly login: Readonly<Record<string, string>> | null;
}

/** From the weakest to the strongest, as the table configures it. */
export const acrOrder = ['0', '1', '2'];

type Outcome = Omit<Expected, 'calls'>;
const silent = { code: null, error: null, challenge: null, ran: false, login: null };
const passes: Outcome = { ...silent, status: 200, ran: true };
const refused = (
  status: number,
  code: string,
  error: string | null = null,
  challenge: Expected['challenge'] = null,
) => ({
  ...silent,
  ...{ status, code, error, challenge: error === null ? challenge : (challenge ?? {}) },
});

export const expectedAnswer = (guard: GuardCase, credential: CredentialCase, asking: Asking): Expected => {
  const { method = 'GET', first } = guard;
  // Browsers ask for the options without a credential: nothing is looked at.
  if (method === 'OPTIONS') return { ...silent, status: 204, calls: [] };
  if (guard.byMethod && method === 'DELETE')
    return inForm({ ...refused(405, 'method_not_allowed'), calls: [] }, asking);
  // A requirement proves nothing by itself, and a login would end here again.
  if (first === null) return inForm({ ...refused(401, 'unauthenticated', null, {}), calls: [] }, asking);

  const [outcome, rights] = lookAt(first, credential, asking);
  const calls = asking.providerIsDown ? [] : callsOf(first, credential, asking);
  const answer = outcome ?? judge(guard, first, credential, rights ?? null, asking);
  return inForm({ ...answer, calls }, asking);
};

const inForm = (expected: Expected, { page }: Asking): Expected =>
  page ? { ...expected, code: null } : expected;

/** Rules 1 to 5 of the design: who is it? An answer, or the rights of somebody, or nobody (null). */
const lookAt = (first: First, credential: CredentialCase, asking: Asking): [Outcome | null, Rights?] => {
  const { is, rights } = credential;
  const takes = first.apiKeys === true;
  if (is === 'key' && !takes) return [refused(403, 'api_key_not_allowed')];
  if (is === 'nothing' || (is === 'x-api-key' && !takes)) return [null];
  if (is === 'bad session') {
    if (first.optional || asking.page) return [null];
    return [refused(401, 'unauthenticated', 'invalid_token')];
  }
  if (asking.providerIsDown && needsProvider(first, credential)) {
    // An optional page is served as anonymous while a session cannot be brought up to date.
    const anonymous = is === 'session' && first.optional;
    return anonymous ? [null] : [refused(503, 'provider_unavailable')];
  }
  const locked = first.user && credential.userinfo === 'refused';
  // A header that is present decides, for optional guards too, and its sender is a program.
  if (rights === null || locked) return [refused(401, 'unauthenticated', 'invalid_token')];
  return [null, rights];
};

const needsProvider = (first: First, { asks, is, userinfo }: CredentialCase): boolean =>
  asks !== null || (userinfo !== 'none' && (is === 'session' ? first.refresh === true : first.user === true));

/** Rule 1: what is required, in this order; the first that is not met answers. */
const judge = (
  guard: GuardCase,
  first: First,
  credential: CredentialCase,
  rights: Rights | null,
  asking: Asking,
): Outcome => {
  const asksToSignIn = (needs: Needs): Outcome =>
    asking.page
      ? { ...silent, status: guard.method === 'POST' ? 303 : 302, login: stepUpWish(needs) }
      : refused(401, 'unauthenticated', null, {});
  const isCookie = credential.is === 'session';
  const unmet = (needs: Needs) => (rights === null ? null : unmetOf(needs, rights, asking.page && isCookie));

  if (rights === null && !first.optional) return asksToSignIn(first.needs ?? {});
  // The table's requests have no proof that one of our own pages sent them.
  if (isCookie && guard.method === 'POST') return refused(403, 'cross_site_request');
  const atFirst = unmet(first.needs ?? {});
  if (atFirst !== null) return atFirst;
  for (const needs of guard.behind ?? []) {
    if (rights === null) return asksToSignIn(needs);
    const behind = unmet(needs);
    if (behind !== null) return behind;
  }
  if (guard.owner === 'no such object') return refused(404, 'not_found');
  if (guard.owner !== undefined && !(guard.owner === 'ada' && credential.isAda)) {
    const mayPass = guard.unless !== undefined && unmet(guard.unless) === null;
    if (!mayPass) return refused(403, 'not_owner');
  }
  return passes;
};

const unmetOf = (needs: Needs, rights: Rights, person: boolean): Outcome | null => {
  const scope = lacks(needs.scope, rights.scope);
  if (scope)
    return refused(403, 'insufficient_scope', 'insufficient_scope', {
      scope: needs.scope?.names.join(' ') ?? '',
    });
  const strong = needs.acr === undefined || strongEnough(needs.acr).includes(rights.acr ?? 'none');
  const fresh = needs.maxAge === undefined || (rights.authAge ?? Number.POSITIVE_INFINITY) <= needs.maxAge;
  const factors = !lacks(needs.amr, rights.amr);
  if (!strong || !fresh) {
    if (person) return { ...silent, status: 302, login: stepUpWish(needs) };
    return refused(401, 'authentication_insufficient', 'insufficient_user_authentication', stepUpWish(needs));
  }
  // No request to a provider names factors, so no other login is sure to bring them.
  if (!factors) return refused(403, 'authentication_insufficient');
  if (lacks(needs.roles, rights.roles)) return refused(403, 'insufficient_roles', 'insufficient_scope');
  if (lacks(needs.permissions, rights.permissions)) {
    return refused(403, 'insufficient_permissions', 'insufficient_scope');
  }
  return needs.check === false ? refused(403, 'check_refused') : null;
};

const strongEnough = (acr: string): readonly string[] => acrOrder.slice(acrOrder.indexOf(acr));

const stepUpWish = ({ acr, maxAge }: Needs): Record<string, string> => ({
  ...(acr === undefined ? {} : { acr_values: strongEnough(acr).join(' ') }),
  ...(maxAge === undefined ? {} : { max_age: String(maxAge) }),
});

const lacks = (needed: Names | undefined, held: readonly string[]): boolean => {
  if (needed === undefined || needed.names.length === 0) return false;
  const has = (name: string) => held.includes(name);
  return needed.mode === 'all' ? !needed.names.every(has) : !needed.names.some(has);
};

/** Whoever was looked up once is remembered, apart from what userinfo refused and what is to be fetched anew. */
const callsOf = (
  first: First,
  { is, asks, rights, userinfo, isEnding = false }: CredentialCase,
  { again }: Asking,
): string[] => {
  if (is === 'session') return first.refresh ? ['userinfo'] : [];
  const lookUp = asks === null || again ? [] : [asks];
  const person = first.user && rights !== null && userinfo !== 'none';
  const remembered = again && userinfo === 'given' && !first.refresh && !isEnding;
  return [...lookUp, ...(person && !remembered ? ['userinfo'] : [])];
};
