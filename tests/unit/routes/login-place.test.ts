// A lookup of places that an app brings along: whatever it does, a login goes on, and what is kept stays small.
import type { Request } from 'express';
import { describe, expect, it, vi } from 'vitest';
import type { AuthEvent, PlaceOf } from '../../../src/index.ts';
import { createLoginPlace } from '../../../src/routes/login-place.ts';

const place = async (placeOf: PlaceOf | undefined, ip: string | undefined = '192.0.2.77') => {
  const events: AuthEvent[] = [];
  const find = createLoginPlace({ placeOf, emit: (event) => void events.push(event), contextOf: () => ({}) });
  return { place: await find({ ip } as Request), events };
};

describe('the place of a login', () => {
  it('is the network of the address where the app has no lookup', async () => {
    expect((await place(undefined)).place).toBe('192.0.2.x');
    expect((await place(undefined, 'not an address')).place).toBeNull();
  });

  it('is what the lookup says, which is given the whole address', async () => {
    const placeOf = vi.fn(async () => 'Göteborg, Sweden');
    expect(await place(placeOf)).toEqual({ place: 'Göteborg, Sweden', events: [] });
    expect(placeOf).toHaveBeenCalledExactlyOnceWith('192.0.2.77');
    expect((await place(() => 'Lund')).place).toBe('Lund');
  });

  it('is the network where the lookup does not know, and nothing where it wants nothing kept', async () => {
    expect((await place(() => null)).place).toBe('192.0.2.x');
    expect((await place((() => ({ city: 'Lund' })) as unknown as PlaceOf)).place).toBe('192.0.2.x');
    expect((await place(() => '')).place).toBeNull();
    expect((await place(() => ' \n')).place).toBeNull();
  });

  it.each([
    ['throws', () => Promise.reject(new Error('no database'))],
    [
      'throws at once',
      () => {
        throw new Error('no database');
      },
    ],
  ])('is the network where the lookup %s, and that is reported', async (_what, placeOf) => {
    const found = await place(placeOf);
    expect(found).toEqual({ place: '192.0.2.x', events: [{ type: 'place_failed', detail: 'no database' }] });
  });

  it('is the network where the lookup does not answer within a second', async () => {
    vi.useFakeTimers();
    try {
      const found = place(() => new Promise<string>(() => {}));
      await vi.advanceTimersByTimeAsync(1000);
      expect((await found).place).toBe('192.0.2.x');
      expect((await found).events).toMatchObject([{ type: 'place_failed', detail: /second/ }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is kept short and whole', async () => {
    expect((await place(() => 'x'.repeat(1_000_000))).place).toBe('x'.repeat(80));
    expect((await place(() => '🏠'.repeat(500))).place).toBe('🏠'.repeat(80));
    expect((await place(() => 'a\u0000\u001b[31mb')).place).toBe('a [31mb');
  });
});
