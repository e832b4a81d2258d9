// The coarse place of a login: from the app's own lookup where there is one, else the network of the address.
import type { Request } from 'express';
import type { PlaceOf } from '../config/options.ts';
import { asLatchkeyError } from '../errors.ts';
import type { Emit, EventContext } from '../events.ts';
import { clientAddress } from '../http/client-address.ts';
import { coarsePlace } from '../http/coarse-place.ts';

/** Finds the place of whoever signs in; null when there is none to keep. Never rejects. */
export type LoginPlace = (req: Request) => Promise<string | null>;

/** What finding it needs. */
export interface LoginPlaceParts {
  readonly placeOf: PlaceOf | undefined;
  readonly emit: Emit;
  readonly contextOf: (req: Request) => EventContext;
}

/** Somebody waits at the door meanwhile. */
const longestWaitMs = 1000;
const longestPlace = 80;

export function createLoginPlace({ placeOf, emit, contextOf }: LoginPlaceParts): LoginPlace {
  return async (req) => {
    const address = clientAddress(req);
    if (address === undefined) return null;
    if (placeOf === undefined) return coarsePlace(address);
    try {
      const found = await withinTime(Promise.try(placeOf, address));
      return typeof found === 'string' ? kept(found) : coarsePlace(address);
    } catch (thrown) {
      emit({ ...contextOf(req), type: 'place_failed', detail: asLatchkeyError(thrown).message });
      return coarsePlace(address);
    }
  };
}

async function withinTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('placeOf took longer than a second')), longestWaitMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** An empty text says that nothing is to be kept. */
function kept(place: string): string | null {
  const characters = place.slice(0, longestPlace * 4).replace(/\p{Cc}+/gu, ' ');
  const text = [...characters].slice(0, longestPlace).join('').trim();
  return text === '' ? null : text.toWellFormed();
}
