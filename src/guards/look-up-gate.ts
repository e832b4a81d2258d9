// Stands before each look-up of a credential: whoever sends many invented ones waits before anybody is asked.
import type { Request } from 'express';
import type { RequestLimits } from '../http/request-limits.ts';
import { createRecent } from '../session/recent.ts';
import type { LookUpGate } from '../tokens/look-up-gate.ts';

/** Digests of credentials that are known to have been good, in this process; up to twice as many are kept. */
const mostKnown = 10_000;

/**
 * Makes the gate of each request. A look-up counts as a bad one until it turns out good, so that many at once do not
 * all slip through. A credential that was good before is looked up whatever else its address sends: only who holds
 * one gets there, and a flood must not keep them out.
 */
export function createLookUpGates(limits: RequestLimits): (req: Request) => LookUpGate {
  const known = createRecent<true>(mostKnown);
  return (req) => async (digest, lookUp, isGood) => {
    if (known.get(digest) !== undefined) {
      const found = await lookUp();
      if (!isGood(found)) known.delete(digest);
      return found;
    }
    await limits.take('credentials', req);
    let counts = false;
    try {
      const found = await lookUp();
      counts = !isGood(found);
      if (!counts) known.set(digest, true);
      return found;
    } finally {
      // An outage is nobody's fault.
      if (!counts) limits.giveBack('credentials', req);
    }
  };
}
