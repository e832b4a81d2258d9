// A login in flight: unguessable, sealed, bound to its cookie's name, and gone after its time.
import { describe, expect, it } from 'vitest';
import { createSealer } from '../../../src/crypto/seal.ts';
import {
  isStateOf,
  openState,
  openTransaction,
  sealTransaction,
  startTransaction,
  type TransactionStart,
  transactionSeconds,
} from '../../../src/transaction/transaction.ts';

const now = Date.UTC(2026, 0, 1);
const sealer = createSealer(['a secret of more than thirty-two characters']);
const wish = {
  issuer: 'https://op.example',
  returnTo: '/page?x=1',
  maxAge: null,
  acrValues: null,
  restarts: 0,
};
const begin = (change: Partial<TransactionStart> = {}) =>
  startTransaction({ ...wish, ...change }, sealer, now);

describe('a login in flight', () => {
  it('has values that nobody can guess and that never repeat', () => {
    const all = Array.from({ length: 200 }, () => begin());
    for (const name of ['id', 'state', 'nonce', 'codeVerifier'] as const) {
      expect(new Set(all.map((one) => one[name])).size).toBe(200);
    }
    const { nonce, codeVerifier, id } = begin();
    expect(nonce).toMatch(/^[\w-]{32}$/);
    // RFC 7636 section 4.1.
    expect(codeVerifier).toMatch(/^[\w.~-]{43,128}$/);
    expect(id).toMatch(/^[\w-]{12}$/);
  });

  it('comes back from its cookie as it was', () => {
    for (const more of [
      {},
      { maxAge: 0, acrValues: ['gold'], silent: true, rounds: { count: 1, since: 2 } },
    ]) {
      const { state, ...transaction } = begin(more);
      const opened = openTransaction(transaction.id, sealTransaction(transaction, sealer), sealer, now);
      expect(opened).toEqual(transaction);
      expect(opened !== null && isStateOf(state, opened)).toBe(true);
      expect(opened !== null && isStateOf(begin().state, opened)).toBe(false);
    }
  });

  it('is small, so that twenty tabs opened at once stay below what proxies take', () => {
    const transaction = begin({ returnTo: '/orders/2026/11?page=2' });
    expect(sealTransaction(transaction, sealer).length).toBeLessThan(380);
  });

  it('is known by a state that was made before silent sign-in was', () => {
    const state = { id: begin().id, restarts: 0, returnTo: '/', at: now };
    expect(openState(sealer.seal('state', JSON.stringify(state)), sealer, now)).toMatchObject({
      silent: false,
      inSession: false,
    });
  });

  it('says that it is silent in its state too, so that a callback without its cookie knows', () => {
    const transaction = startTransaction({ ...wish, silent: true, inSession: true }, sealer, now);
    expect(openState(transaction.state, sealer, now)).toMatchObject({ silent: true, inSession: true });
    expect(openState(begin().state, sealer, now)).toMatchObject({ silent: false, inSession: false });
  });

  it('shows nothing of itself', () => {
    const transaction = begin();
    const text = Buffer.from(sealTransaction(transaction, sealer), 'base64url').toString('latin1');
    for (const secret of [transaction.nonce, transaction.codeVerifier, '/page'])
      expect(text).not.toContain(secret);
    expect(Buffer.from(transaction.state, 'base64url').toString('latin1')).not.toContain('/page');
  });

  it('does not open under the name of another login', () => {
    const [mine, other] = [begin(), begin()];
    expect(openTransaction(other.id, sealTransaction(mine, sealer), sealer, now)).toBeNull();
  });

  it('ends after fifteen minutes', () => {
    const { state: _, ...transaction } = begin();
    const opened = (seconds: number) =>
      openTransaction(transaction.id, sealTransaction(transaction, sealer), sealer, now + seconds * 1000);
    expect(opened(transactionSeconds - 1)).toEqual(transaction);
    expect(opened(transactionSeconds)).toBeNull();
  });

  it('does not open from anything else that is sealed, or from another shape', () => {
    const { id, state } = begin();
    const sealed = (value: unknown) => sealer.seal('transaction', JSON.stringify(value), id);
    expect(openTransaction(id, state, sealer, now)).toBeNull();
    expect(openTransaction(id, sealer.seal('token', JSON.stringify(begin()), id), sealer, now)).toBeNull();
    expect(openTransaction(id, sealed({ id }), sealer, now)).toBeNull();
    expect(openTransaction(id, sealed(null), sealer, now)).toBeNull();
  });
});

describe('a state', () => {
  it('says what it was for, for a day', () => {
    const { id, state } = begin({ restarts: 1 });
    const opened = { id, restarts: 1, returnTo: '/page?x=1' };
    expect(openState(state, sealer, now)).toMatchObject(opened);
    expect(openState(state, sealer, now + 23 * 3_600_000)).toMatchObject(opened);
    expect(openState(state, sealer, now + 24 * 3_600_000)).toBeNull();
  });

  it('leaves out a page whose address is long, so that the URL at the provider stays short', () => {
    const { state } = begin({ returnTo: `/${'a'.repeat(2000)}` });
    expect(openState(state, sealer, now)?.returnTo).toBeNull();
    expect(state.length).toBeLessThan(300);
  });

  it.each(['', 'x', 'AQ', 'not%base64'])('is not %j', (text) => {
    expect(openState(text, sealer, now)).toBeNull();
  });

  it('is not one that another installation made, or a seal of another kind', () => {
    const other = createSealer(['the secret of quite another installation']);
    expect(openState(startTransaction(wish, other, now).state, sealer, now)).toBeNull();
    const text = JSON.stringify({ id: 'x', restarts: 0, returnTo: '/', at: now });
    expect(openState(sealer.seal('transaction', text), sealer, now)).toBeNull();
    expect(openState(sealer.seal('state', text), sealer, now)).not.toBeNull();
  });
});
