// Reads an answer in the words of the model, and checks the form that every answer has.
import { expect } from 'vitest';
import { challengeOf } from '../bearer-world.ts';
import type { ReceivedAnswer } from '../browser-request.ts';
import type { Expected } from './model.ts';

/** What the model speaks of. A page says its code in words only. */
export const seenIn = (answer: ReceivedAnswer, providerOrigin: string): Omit<Expected, 'calls'> => {
  const { status, headers, body } = answer;
  const hasChallenge = headers['www-authenticate'] !== undefined;
  const { realm: _realm, error = null, error_description: _why, ...challenge } = attributesOf(answer);
  const location = headers.location === undefined ? null : new URL(headers.location);
  const wishes = [...(location?.searchParams ?? [])].filter(([name]) =>
    /^(?:acr_values|max_age|prompt)$/.test(name),
  );
  return {
    status,
    code: problemOf(answer)?.code ?? null,
    error,
    challenge: hasChallenge ? challenge : null,
    ran: body.includes('"ran"'),
    login: location?.origin === providerOrigin ? Object.fromEntries(wishes) : null,
  };
};

/** Problem details for programs and a page for people, in the same words as the header, and kept by nobody. */
export const expectWellFormed = (answer: ReceivedAnswer, isPage: boolean): void => {
  const { status, headers, body } = answer;
  expect(headers['cache-control'] ?? 'no-store').toContain('no-store');
  if (status < 400) return;
  expect(headers['content-type']).toContain(isPage ? 'text/html' : 'application/problem+json');
  expect(headers['retry-after'] !== undefined).toBe(status === 503);
  expect(headers.location).toBeUndefined();
  const { error, error_description: why } = attributesOf(answer);
  if (isPage) expect(body).toMatch(/<h1[^>]*>[^<]+</);
  if (isPage) return;
  const problem = problemOf(answer);
  expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(problem?.error).toBe(error);
  expect(problem?.error_description).toEqual(error === undefined ? undefined : expect.any(String));
  if (why !== undefined) expect(problem?.error_description).toBe(why);
};

const attributesOf = (answer: ReceivedAnswer): Record<string, string> =>
  answer.headers['www-authenticate'] === undefined ? {} : challengeOf(answer);

const problemOf = ({ headers, body }: ReceivedAnswer): Record<string, string> | null =>
  headers['content-type']?.includes('problem+json') ? JSON.parse(body) : null;
