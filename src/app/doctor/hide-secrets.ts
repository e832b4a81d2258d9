// Takes secrets out of what the doctor prints, wherever they come from: an error of a driver may quote an address.
import type { Settings } from '../settings.ts';

/** Shorter ones would take letters out of words; none of them is ever printed on purpose. */
const shortest = 4;

/** Makes the function that takes out every secret of these settings, and those named beside them. */
export function hideSecrets(
  settings: Settings,
  others: readonly (string | null | undefined)[],
): (text: string) => string {
  const { sessionSecrets, clientSecret, redisUrl, databaseUrl, issuer, auth } = settings;
  const known = [
    ...(sessionSecrets ?? []),
    ...[clientSecret, auth.clientKey, ...others],
    ...[redisUrl, databaseUrl, issuer].flatMap(secretsIn),
  ];
  const secrets = known
    .filter((each) => typeof each === 'string')
    .flatMap((each) => [each, encodeURIComponent(each)])
    .filter((each) => each.length >= shortest)
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '[redacted]'), text);
}

/** Passwords in an address, as they are written there and decoded. */
function secretsIn(address: string | null): string[] {
  if (address === null) return [];
  const found = [
    ...(/^[^:]+:\/\/[^/@]*:([^@]*)@/.exec(address)?.slice(1) ?? []),
    ...[...address.matchAll(/[?&][^=&]*password=([^&#]*)/gi)].map(([, value = '']) => value),
  ];
  return found.flatMap((text) => [text, decoded(text)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
