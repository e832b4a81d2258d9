// The row of logins that a browser went through by itself: counted one after another, forgotten after a minute.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createSealer, type SealPurpose } from '../../../src/crypto/seal.ts';
import { createCookiePolicy } from '../../../src/http/cookies.ts';
import { createRoundsCookie } from '../../../src/transaction/rounds.ts';

const sealer = createSealer(['a secret of more than thirty-two characters']);
const policy = createCookiePolicy(new URL('https://app.example'));
let time = Date.UTC(2026, 0, 1);
const rounds = createRoundsCookie(policy, sealer, () => time);

const asking = (cookie = ''): IncomingMessage =>
  Object.assign(new IncomingMessage(new Socket()), { headers: { cookie } });
const answering = (run: (res: ServerResponse) => void): string => {
  const res = new ServerResponse(asking());
  run(res);
  return [res.getHeader('set-cookie') ?? []].flat().join('\n');
};
const pairOf = (line: string): string => line.split(';', 1)[0] ?? '';
const sealed = (value: unknown, purpose: SealPurpose = 'rounds') =>
  `${policy.roundsName}=${sealer.seal(purpose, JSON.stringify(value))}`;

/** One login after another, each begun by a guard that sees the cookie of the one before. */
const roundAfterRound = (count: number, pauseMs = 100): string => {
  let cookie = '';
  for (let round = 0; round < count; round += 1) {
    const transaction = { rounds: rounds.read(asking(cookie)), startedAt: time };
    time += pauseMs;
    const before = rounds.before(asking(cookie), transaction);
    cookie = pairOf(answering((res) => rounds.note(res, before)));
  }
  return cookie;
};

describe('logins in a row', () => {
  it('are counted, with the time of the first', () => {
    const since = time + 100;
    expect(rounds.read(asking(roundAfterRound(3)))).toEqual({ count: 3, since });
  });

  it('are forgotten a minute after the first, and the next begins a new row', () => {
    const cookie = roundAfterRound(3);
    time += 59_000;
    expect(rounds.read(asking(cookie)).count).toBe(3);
    time += 1_000;
    expect(rounds.read(asking(cookie)).count).toBe(0);
    expect(rounds.read(asking(roundAfterRound(4, 25_000))).count).toBeLessThan(4);
  });

  it('side by side are one round', () => {
    const open = { rounds: rounds.read(asking()), startedAt: time };
    time += 10;
    let cookie = '';
    for (let tab = 0; tab < 10; tab += 1) {
      const before = rounds.before(asking(cookie), open);
      cookie = pairOf(answering((res) => rounds.note(res, before)));
      time += 10;
    }
    expect(rounds.read(asking(cookie)).count).toBe(1);
  });

  it('count where the guard saw no cookie and the callback does', () => {
    const cookie = roundAfterRound(2);
    const blind = { rounds: { count: 0, since: 0 }, startedAt: time + 5 };
    time += 10;
    expect(rounds.before(asking(cookie), blind).count).toBe(2);
  });

  it('begin anew with a login that a person chose', () => {
    const chosen = { rounds: null, startedAt: time + 5 };
    expect(rounds.before(asking(roundAfterRound(3)), chosen).count).toBe(0);
  });
});

describe('the cookie', () => {
  it('is sealed, lasts a minute and has the flags of all others', () => {
    const line = answering((res) => rounds.note(res, { count: 0, since: 0 }));
    expect(line).toMatch(
      /^__Host-latchkey\.rounds=[\w-]{60,160}; Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  it('is cleared where there is one', () => {
    expect(answering((res) => rounds.clear(asking(), res))).toBe('');
    expect(answering((res) => rounds.clear(asking(roundAfterRound(1)), res))).toContain('rounds=; Max-Age=0');
  });

  it.each([
    ['made up', `${policy.roundsName}=9`],
    ['sealed for something else', sealed({ count: 9, since: 9e15, at: 0 }, 'state')],
    ['of another shape', sealed({ count: '9' })],
    ['no JSON object', sealed(9)],
    ['empty', `${policy.roundsName}=`],
  ])('counts for nothing when it is %s', (_title, cookie) => {
    expect(rounds.read(asking(cookie))).toEqual({ count: 0, since: 0 });
  });
});
