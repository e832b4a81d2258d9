// Gathers every secret that passed in a browser's visits, to search logs for them.
import type { Visit } from './browser-client.ts';

const secretParameters = [
  'code',
  'state',
  'nonce',
  'id_token_hint',
  'code_challenge',
  'logout_token',
  'iss_state',
];

/** Cookie values in every form they have: as sent, decoded, and express-session's id without its signature. */
const cookieSecrets = (line: string): string[] => {
  const [pair = ''] = line.split(';');
  const text = pair.slice(pair.indexOf('=') + 1);
  const decoded = decodeURIComponent(text);
  const id = decoded.startsWith('s:')
    ? [decoded.slice(2).split('.')[0] ?? '', decoded.split('.').at(-1) ?? '']
    : [];
  return [text, decoded, ...id];
};

const parametersOf = (url: string): string[] => {
  const { searchParams } = new URL(url);
  return secretParameters.flatMap((name) => searchParams.getAll(name));
};

/** Names and short values are left out: only what could not stand in a text by chance counts. */
export const secretsOf = (visits: readonly Visit[]): ReadonlySet<string> => {
  const found = visits.flatMap((visit) => [
    ...visit.setCookies.flatMap(cookieSecrets),
    ...parametersOf(visit.url),
    ...(visit.location === null ? [] : parametersOf(visit.location)),
  ]);
  return new Set(found.filter((text) => text.length >= 12));
};

/** Those that stand in the text, also percent-encoded or with JSON's escapes. */
export const secretsIn = (text: string, secrets: Iterable<string>): string[] =>
  [...secrets].filter((secret) =>
    [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)].some((form) =>
      text.includes(form),
    ),
  );
