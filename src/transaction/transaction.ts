// One login in flight: what is remembered between the redirect out and the callback, and its sealed forms.

import { z } from 'zod';
import { equalInConstantTime, sha256 } from '../crypto/digest.ts';
import { randomToken } from '../crypto/random.ts';
import type { Sealer } from '../crypto/seal.ts';

/** Seconds a login may take. */
export const transactionSeconds = 15 * 60;
/** Seconds a state still tells what it was for, so that a late callback can begin anew by itself. */
const stateSeconds = 24 * 3600;
/** A longer return_to stays out of the state: it would make the URL at the provider too long. */
const longestReturnToInState = 300;

const roundsSchema = z.object({ count: z.number(), since: z.number() });

/**
 * As short as it goes, because a browser that opens many tabs at once carries one cookie for each: values by their
 * place, and what is rare only where it is there.
 */
const transactionSchema = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.string(),
  z.number(),
  z.object({
    maxAge: z.number().nullable().default(null),
    acrValues: z.array(z.string()).nullable().default(null),
    silent: z.boolean().default(false),
    rounds: roundsSchema.nullable().default(null),
  }),
]);

/** Logins in a row that a guard began, each soon after the one before had finished. */
export interface Rounds {
  readonly count: number;
  /** When the first of them finished, in milliseconds since the epoch. */
  readonly since: number;
}

/** What a login has to meet and where it leads. Lives in a sealed cookie, never on the server. */
export interface Transaction {
  readonly id: string;
  /** Of the state that belongs to it; the state itself is long, and the callback brings it along. */
  readonly stateDigest: string;
  readonly nonce: string;
  /** RFC 7636. */
  readonly codeVerifier: string;
  readonly issuer: string;
  /** A judged local path. */
  readonly returnTo: string;
  /** Seconds since the authentication, when a guard limits them. */
  readonly maxAge: number | null;
  /** acr values that are good enough, when a guard asks for one. */
  readonly acrValues: readonly string[] | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Asks the provider without showing anything (`prompt=none`); a no leads back to the page all the same. */
  readonly silent: boolean;
  /** The row that this login continues; null for one that a person chose. */
  readonly rounds: Rounds | null;
}

/** What a state says about itself once it is opened: it was made here, and for what. */
export interface OpenedState {
  readonly id: string;
  /** How many times this login began anew by itself. */
  readonly restarts: number;
  /** Null when it was too long to be kept here. */
  readonly returnTo: string | null;
  readonly silent: boolean;
  /** A guard began it although there was a session: having that session is no reason to go back there. */
  readonly inSession: boolean;
}

const stateSchema = z.object({
  id: z.string(),
  restarts: z.number(),
  returnTo: z.string().nullable(),
  at: z.number(),
  silent: z.boolean().default(false),
  inSession: z.boolean().default(false),
});

/** What a login begins with. */
export type TransactionStart = Pick<Transaction, 'issuer' | 'returnTo' | 'maxAge' | 'acrValues'> & {
  readonly restarts: number;
  readonly silent?: boolean;
  readonly rounds?: Rounds | null;
  readonly inSession?: boolean;
};

/** A login that begins, with the state for the authorization request. */
export type StartedTransaction = Transaction & { readonly state: string };

/** Begins a login. Nonce and code verifier carry 192 random bits or more each, and the state is sealed. */
export function startTransaction(start: TransactionStart, sealer: Sealer, now: number): StartedTransaction {
  const { restarts, silent = false, rounds = null, inSession = false, ...rest } = start;
  const id = randomToken(9);
  const returnTo = start.returnTo.length > longestReturnToInState ? null : start.returnTo;
  const rare = { ...(silent ? { silent } : {}), ...(inSession ? { inSession } : {}) };
  // Sealed: nobody else can make one, and one that comes late still says what to do with it.
  const state = sealer.seal('state', JSON.stringify({ id, restarts, returnTo, at: now, ...rare }));
  return {
    ...rest,
    silent,
    rounds,
    id,
    state,
    stateDigest: digestOfState(state),
    nonce: randomToken(24),
    codeVerifier: randomToken(32),
    startedAt: now,
  };
}

/** Opens a state; null unless this installation made it within the last day. */
export function openState(state: string, sealer: Sealer, now: number): OpenedState | null {
  const parsed = parse(sealer.open('state', state), stateSchema);
  return parsed !== null && now - parsed.at < stateSeconds * 1000 ? parsed : null;
}

/** Whether the state is that of this login. */
export function isStateOf(state: string, transaction: Transaction): boolean {
  return equalInConstantTime(digestOfState(state), transaction.stateDigest);
}

/** The transaction as the value of its cookie. */
export function sealTransaction(transaction: Transaction, sealer: Sealer): string {
  const { id, stateDigest, nonce, codeVerifier, issuer, returnTo, startedAt } = transaction;
  const { maxAge, acrValues, silent, rounds } = transaction;
  const rare = Object.entries({ maxAge, acrValues, silent, rounds });
  const said = rare.filter(([, value]) => value !== null && value !== false);
  const often = [stateDigest, nonce, codeVerifier, issuer, returnTo, startedAt];
  return sealer.seal('transaction', JSON.stringify([...often, Object.fromEntries(said)]), id);
}

/** Opens a transaction cookie; null for one that is not ours, was moved to another name, or is too old. */
export function openTransaction(id: string, value: string, sealer: Sealer, now: number): Transaction | null {
  const parsed = parse(sealer.open('transaction', value, id), transactionSchema);
  if (parsed === null) return null;
  const [stateDigest, nonce, codeVerifier, issuer, returnTo, startedAt, rare] = parsed;
  if (now - startedAt >= transactionSeconds * 1000) return null;
  return { id, stateDigest, nonce, codeVerifier, issuer, returnTo, startedAt, ...rare };
}

/** 128 bits of it: enough, beside a state that nobody else can make. */
function digestOfState(state: string): string {
  return sha256(state).slice(0, 22);
}

function parse<T>(text: string | null, schema: z.ZodType<T>): T | null {
  if (text === null) return null;
  const result = schema.safeParse(JSON.parse(text));
  return result.success ? result.data : null;
}
