// One login in flight: what is remembered between the redirect out and the callback, and its sealed forms.

import { z } from 'zod';
import { randomToken } from '../crypto/random.ts';
import type { Sealer } from '../crypto/seal.ts';

/** Seconds a login may take. */
export const transactionSeconds = 15 * 60;
/** Seconds a state still tells what it was for, so that a late callback can begin anew by itself. */
const stateSeconds = 24 * 3600;
/** A longer return_to stays out of the state: it would make the URL at the provider too long. */
const longestReturnToInState = 300;

const transactionSchema = z.object({
  id: z.string(),
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  issuer: z.string(),
  returnTo: z.string(),
  maxAge: z.number().nullable(),
  acrValues: z.array(z.string()).nullable(),
  startedAt: z.number(),
});

/** What a login has to meet and where it leads. Lives in a sealed cookie, never on the server. */
export interface Transaction {
  readonly id: string;
  readonly state: string;
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
}

/** What a state says about itself once it is opened: it was made here, and for what. */
export interface OpenedState {
  readonly id: string;
  /** How many times this login began anew by itself. */
  readonly restarts: number;
  /** Null when it was too long to be kept here. */
  readonly returnTo: string | null;
}

const stateSchema = z.object({
  id: z.string(),
  restarts: z.number(),
  returnTo: z.string().nullable(),
  at: z.number(),
});

/** What a login begins with. */
export type TransactionStart = Pick<Transaction, 'issuer' | 'returnTo' | 'maxAge' | 'acrValues'> & {
  restarts: number;
};

/** Begins a login. State, nonce and code verifier carry 192 random bits or more each. */
export function startTransaction(start: TransactionStart, sealer: Sealer, now: number): Transaction {
  const { restarts, ...rest } = start;
  const id = randomToken(9);
  const returnTo = start.returnTo.length > longestReturnToInState ? null : start.returnTo;
  return {
    ...rest,
    id,
    // Sealed: nobody else can make one, and one that comes late still says what to do with it.
    state: sealer.seal('state', JSON.stringify({ id, restarts, returnTo, at: now })),
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

/** The transaction as the value of its cookie. */
export function sealTransaction(transaction: Transaction, sealer: Sealer): string {
  return sealer.seal('transaction', JSON.stringify(transaction), transaction.id);
}

/** Opens a transaction cookie; null for one that is not ours, was moved to another name, or is too old. */
export function openTransaction(id: string, value: string, sealer: Sealer, now: number): Transaction | null {
  const transaction = parse(sealer.open('transaction', value, id), transactionSchema);
  return transaction !== null && now - transaction.startedAt < transactionSeconds * 1000 ? transaction : null;
}

function parse<T>(text: string | null, schema: z.ZodType<T>): T | null {
  if (text === null) return null;
  const result = schema.safeParse(JSON.parse(text));
  return result.success ? result.data : null;
}
