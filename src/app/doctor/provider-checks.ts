// What the doctor says about the provider: issuer, PKCE, keys and clock.
import type { DiscoveryFinding, KeysFinding, ProviderProbe } from '../../index.ts';
import { type Check, fail, ok, warn } from './check.ts';

const path = '/.well-known/openid-configuration';

/** @param isLocal - the provider is part of the app, and runs when the app runs */
export function issuerCheck(issuer: string, found: DiscoveryFinding, isLocal: boolean): Check {
  const name = 'issuer';
  const variable = isLocal ? 'LOCAL_PROVIDER_URL' : 'OIDC_ISSUER';
  switch (found.kind) {
    case 'good': {
      const logout = found.hasEndSession
        ? ''
        : ' It has no end_session_endpoint: signing out ends sessions here alone.';
      return ok(name, `${issuer} answers, calls itself exactly that, and has every endpoint.${logout}`);
    }
    case 'unreachable':
      if (isLocal) {
        const seen = `The local provider does not answer: ${found.detail}. It is part of the app.`;
        return warn(
          name,
          seen,
          'Start the app, and run the doctor again. It listens on the port after PORT.',
        );
      }
      return fail(
        name,
        `The provider does not answer: ${found.detail}.`,
        `Check ${variable}, and that this machine may reach it: DNS, firewall, proxy. A private certificate authority is named in NODE_EXTRA_CA_CERTS.`,
      );
    case 'answered': {
      const to = found.location === null ? '' : ` and leads to ${found.location.split('?')[0]}`;
      const mend = `Set ${variable} to the exact issuer: its address followed by ${path} has to answer 200, without a redirect.`;
      return fail(
        name,
        `The discovery document of ${issuer} is not there: it answered ${found.status}${to}.`,
        mend,
      );
    }
    case 'other_issuer': {
      const isSlash = found.found.replace(/\/$/, '') === issuer.replace(/\/$/, '');
      const difference = isSlash
        ? ' The two differ in the slash at the end alone, and that makes them two issuers.'
        : '';
      const mend = isSlash
        ? `Set OIDC_ISSUER=${found.found}`
        : `If that is your provider, set OIDC_ISSUER=${found.found}`;
      return fail(
        name,
        `The provider calls itself "${found.found}", and "${issuer}" is configured.${difference}`,
        `${mend}, letter by letter.`,
      );
    }
    case 'unusable':
      return fail(
        name,
        found.detail,
        'Have it mended where the provider is configured; logins refuse it as well.',
      );
  }
}

export function pkceCheck(found: DiscoveryFinding): Check {
  const name = 'pkce';
  if (found.kind !== 'good') return notAsked(name);
  if (found.pkce === null)
    return ok(
      name,
      'The provider does not say whether it knows PKCE. It is sent with every login all the same.',
    );
  if (found.pkce.includes('S256')) return ok(name, 'The provider knows PKCE with S256.');
  const seen = `The provider lists the PKCE methods ${found.pkce.join(', ') || 'none'}, and S256 is not among them.`;
  return warn(name, seen, 'Switch PKCE with S256 on for this client; every login asks for it.');
}

export function keysCheck(found: KeysFinding | null): Check {
  const name = 'keys';
  if (found === null) return notAsked(name);
  if (found.kind === 'good') {
    const others = found.unusable === 0 ? '' : `; ${found.unusable} more cannot be read and are left aside`;
    return ok(
      name,
      `The key set has ${found.usable} ${found.usable === 1 ? 'key' : 'keys'} to check signatures with${others}.`,
    );
  }
  return fail(
    name,
    `The keys cannot be used: ${found.detail}.`,
    'Open the jwks_uri of the discovery document from this machine; no login can be checked without it.',
  );
}

export function clockCheck({ skewMs, discovery }: ProviderProbe): Check {
  const name = 'clock';
  if (skewMs === null) {
    return discovery.kind === 'good'
      ? warn(
          name,
          'No answer of the provider had a Date header, so the clocks cannot be compared.',
          'Compare `date -u` with a clock you trust.',
        )
      : notAsked(name);
  }
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  if (seconds <= 2) return ok(name, "The provider's clock and this machine's agree.");
  const seen = `The provider's clock is ${inWords(seconds)} ${skewMs > 0 ? 'ahead of' : 'behind'} this machine's.`;
  if (seconds <= 30) return ok(name, seen);
  const mend =
    'Compare `date -u` with a clock you trust. If this machine is wrong, switch NTP on (`timedatectl set-ntp true`); if the provider is, tell who runs it. Logins bear 30 seconds.';
  return seconds > 60 ? fail(name, seen, mend) : warn(name, seen, mend);
}

/** What could not be looked at, because the issuer has to be mended first. */
export function notAsked(name: string): Check {
  return warn(
    name,
    'Not looked at: there is no discovery document to go by.',
    'Mend the check "issuer" first.',
  );
}

function inWords(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const parts = [`${hours} h`, `${minutes} min`, `${seconds % 60} s`];
  return parts.slice(hours > 0 ? 0 : minutes > 0 ? 1 : 2).join(' ');
}
