// Which rights a session has after userinfo was fetched anew: those of the first source that has them, and no guesses.
import { describe, expect, it } from 'vitest';
import type { AuthorizationSource } from '../../../src/config/options.ts';
import { Secret } from '../../../src/crypto/secret.ts';
import { createRecordWith } from '../../../src/routes/take-userinfo.ts';
import type { SessionRecord } from '../../../src/session/record.ts';

const jwt = (claims: object): Secret => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return new Secret(`${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`);
};
const record = {
  subject: 'ada',
  user: { sub: 'ada', name: 'before' },
  userAt: 1,
  permissions: ['before'],
  roles: ['before'],
} as unknown as SessionRecord;

/** The record after userinfo said `from:userinfo`. */
const recordAfter = (
  authorizationFrom: readonly AuthorizationSource[],
  accessTokenChecked: boolean | null,
  userinfo: object = { permissions: ['from:userinfo'] },
) => {
  const tokens = {
    issuer: 'https://provider.example',
    accessToken: jwt({ sub: 'ada', permissions: ['from:access_token'] }),
    refreshToken: null,
    idToken: jwt({ sub: 'ada', locale: 'en', permissions: ['from:id_token'] }),
    accessTokenChecked,
    expiresAt: 0,
  };
  const rules = { permissionsClaim: ['permissions'], rolesClaim: ['roles'], authorizationFrom };
  return createRecordWith(rules)(record, tokens, { sub: 'ada', name: 'now', ...userinfo }, 7);
};

describe('permissions after userinfo was fetched anew', () => {
  it.each<[readonly AuthorizationSource[], boolean | null, string[]]>([
    [['userinfo'], true, ['from:userinfo']],
    [['userinfo', 'id_token'], false, ['from:userinfo']],
    [['id_token', 'userinfo'], false, ['from:id_token']],
    [['access_token', 'userinfo'], true, ['from:access_token']],
    // Not a JWT that this provider signed: it counted for nothing before, and does not now.
    [['access_token', 'userinfo'], false, ['from:userinfo']],
    // Nobody noted what it was.
    [['access_token', 'userinfo'], null, ['before']],
    [['userinfo'], null, ['from:userinfo']],
    [['access_token', 'id_token'], true, ['before']],
    [[], true, ['before']],
  ])('read from %j, access token checked: %s → %j', (from, checked, expected) => {
    expect(recordAfter(from, checked).permissions).toEqual(expected);
  });

  it('are none where the source that had them says nothing any more', () => {
    expect(recordAfter(['userinfo'], true, {})).toMatchObject({ permissions: [], roles: [] });
  });
});

it('the person is who userinfo says, over the ID token, with the time of the answer', () => {
  expect(recordAfter([], null)).toMatchObject({ user: { sub: 'ada', name: 'now', locale: 'en' }, userAt: 7 });
});
