// Makes SQLite's answers asynchronous, as the ports to the session stores ask for.
import { LatchkeyError } from '../errors.ts';

/** SQLite answers in the same tick; the port is asynchronous, and its failures are outages. */
export function answering<A extends unknown[], R>(statement: (...args: A) => R): (...args: A) => Promise<R> {
  return async (...args) => {
    try {
      return statement(...args);
    } catch (cause) {
      throw new LatchkeyError('store_unavailable', { detail: `embedded store: ${String(cause)}`, cause });
    }
  };
}
