// What a guard puts on the request for an access token or an API key, in the one form that handlers know.
import type { ApiKeyRecord } from '../config/api-key-store.ts';
import { LatchkeyError } from '../errors.ts';
import type { GoodToken } from '../tokens/verdict.ts';
import { ownLists } from './passed.ts';
import type { RequestAuth, User } from './request-auth.ts';

const noClaims = Object.freeze({});

/** For an access token that was verified. */
export function authOfToken(token: string, good: GoodToken): RequestAuth {
  const accessToken = async () => token;
  return { kind: 'bearer', ...good, ...ownLists(good), session: null, apiKey: null, accessToken };
}

/**
 * For an API key that is good. It acts for its owner, with the rights of the key alone; a key of nobody is a person
 * of this site's own making, so that it can never be taken for one that the provider vouches for.
 */
export function authOfKey(record: ApiKeyRecord, keyIssuer: string): RequestAuth {
  const { id, name, tenant, owner, expiresAt } = record;
  return {
    kind: 'api_key',
    subject: owner?.subject ?? id,
    issuer: owner?.issuer ?? keyIssuer,
    clientId: null,
    ...ownLists({ ...record, amr: [] }),
    acr: null,
    authTime: null,
    expiresAt,
    claims: noClaims,
    session: null,
    apiKey: { id, name, tenant },
    async accessToken() {
      throw new LatchkeyError('unauthenticated', { detail: 'an API key comes without an access token' });
    },
  };
}

/** Who acts with a key: its owner, of whom no more is known here, or the key itself by its name. */
export function userOfKey({ id, name, owner }: ApiKeyRecord): User {
  return owner === null ? { sub: id, name } : { sub: owner.subject };
}
