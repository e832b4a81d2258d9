// Every kind of event becomes an entry with a severity, with what the event carries and in a form that every database keeps.
import { describe, expect, it } from 'vitest';
import { entryOf } from '../../../src/app/audit-events.ts';
import { type AuditEvent, severityOf } from '../../../src/app/audit-severity.ts';
import { auditEntry } from '../../../src/config/audit-entry.ts';
import { createMetrics } from '../../../src/metrics.ts';

const issuer = 'https://login.example.com';
const subject = 'ada';
const personId = 'p1';
const [code, detail] = ['a_code', 'in words'];
const change = { by: 'command line:root', personId };

/** One of each kind; a kind that is missing here does not compile. */
const examples: {
  readonly [Type in AuditEvent['type']]: readonly [AuditEvent & { readonly type: Type }, string];
} = {
  login_started: [{ type: 'login_started', issuer, stepUp: false }, 'Info'],
  login_succeeded: [{ type: 'login_succeeded', issuer, subject }, 'Info'],
  login_failed: [{ type: 'login_failed', code, detail, providerError: 'access_denied' }, 'Medium'],
  silent_login_started: [{ type: 'silent_login_started', issuer }, 'Info'],
  silent_login_declined: [{ type: 'silent_login_declined', providerError: 'login_required' }, 'Info'],
  silent_login_failed: [{ type: 'silent_login_failed', code, detail }, 'Medium'],
  login_healed: [{ type: 'login_healed', how: 'continued' }, 'Info'],
  session_ended: [{ type: 'session_ended', reason: 'logout', issuer, subject }, 'Info'],
  logout: [{ type: 'logout', subject, atProvider: true }, 'Info'],
  back_channel_refused: [{ type: 'back_channel_refused', code, detail }, 'High'],
  tokens_refreshed: [{ type: 'tokens_refreshed', subject }, 'Info'],
  refresh_failed: [{ type: 'refresh_failed', subject, code, detail }, 'Medium'],
  claims_fetched: [{ type: 'claims_fetched', subject, from: 'provider' }, 'Info'],
  userinfo_failed: [{ type: 'userinfo_failed', subject, code, detail }, 'Medium'],
  userinfo_cache_failed: [{ type: 'userinfo_cache_failed', detail }, 'Error'],
  revocation_failed: [{ type: 'revocation_failed', detail }, 'Error'],
  access_refused: [{ type: 'access_refused', code, subject, path: '/reports' }, 'Medium'],
  rate_limited: [
    { type: 'rate_limited', limit: 'login', by: 'address', refused: 3, retryAfterSeconds: 9 },
    'High',
  ],
  api_key_created: [{ type: 'api_key_created', keyId: 'k1', name: 'nightly', subject }, 'Medium'],
  api_key_revoked: [{ type: 'api_key_revoked', keyId: 'k1' }, 'Medium'],
  claims_trimmed: [{ type: 'claims_trimmed', subject, bytes: 9000 }, 'Medium'],
  place_failed: [{ type: 'place_failed', detail }, 'Medium'],
  provider_failed: [{ type: 'provider_failed', code, detail }, 'Error'],
  provider_tls_failed: [
    { type: 'provider_tls_failed', place: 'https://login.example.com', reason: code },
    'High',
  ],
  store_failed: [{ type: 'store_failed', detail }, 'Error'],
  route_failed: [{ type: 'route_failed', code, detail }, 'Error'],
  account_login_refused: [
    { type: 'account_login_refused', reason: 'unknown', personId: null, address: '192.0.2.1' },
    'Medium',
  ],
  account_login_limited: [
    { type: 'account_login_limited', address: '192.0.2.1', retryAfterSeconds: 30 },
    'High',
  ],
  api_login_succeeded: [{ type: 'api_login_succeeded', personId, subject }, 'Info'],
  api_logout: [{ type: 'api_logout', personId, subject }, 'Info'],
  api_access_refused: [
    { type: 'api_access_refused', code, personId, subject, keyId: 'k1', path: '/api/user' },
    'Medium',
  ],
  setup_refused: [{ type: 'setup_refused', reason: 'secret' }, 'High'],
  person_created: [{ type: 'person_created', ...change, permissions: ['admin'], roles: [] }, 'Medium'],
  person_rights_changed: [{ type: 'person_rights_changed', ...change, permissions: [], roles: [] }, 'High'],
  person_deleted: [{ type: 'person_deleted', ...change, name: 'Ben' }, 'High'],
  person_name_changed: [{ type: 'person_name_changed', ...change }, 'Info'],
  person_profile_changed: [{ type: 'person_profile_changed', ...change }, 'Info'],
  person_session_ended: [{ type: 'person_session_ended', ...change }, 'Medium'],
  person_sessions_ended: [{ type: 'person_sessions_ended', ...change, count: 2 }, 'Medium'],
  own_password_changed: [{ type: 'own_password_changed', ...change }, 'Medium'],
  events_left_out: [{ type: 'events_left_out', of: 'access_refused', count: 3, ip: '192.0.2.1' }, 'High'],
  person_disabled: [{ type: 'person_disabled', ...change }, 'High'],
  person_enabled: [{ type: 'person_enabled', ...change }, 'High'],
  person_password_set: [{ type: 'person_password_set', ...change }, 'High'],
};

it.each(
  Object.values(examples)
    .map(([event]) => event)
    // Made by the audit trail itself, for which each of them has been counted already.
    .filter(({ type }) => type !== 'events_left_out'),
)('$type is counted in the metrics as well', async (event) => {
  const metrics = createMetrics();
  const before = await metrics.text();
  metrics.onEvent(event);
  expect(await metrics.text()).not.toBe(before);
});

describe('an audit entry of the app', () => {
  it.each(Object.values(examples))(
    '$type has its severity and a shape that can be read again',
    (event, severity) => {
      expect(severityOf(event)).toBe(severity);
      const entry = entryOf({ ...event, requestId: 'r1' } as AuditEvent, 0);
      expect(auditEntry.parse(entry)).toEqual(entry);
      const about = {
        action: event.type,
        severity,
        at: '1970-01-01T00:00:00.000Z',
        sentBy: null,
        tenant: null,
      };
      expect(entry).toMatchObject(about);
      // Whatever the event carries stands somewhere in the entry.
      for (const value of Object.values(event).filter((one) => typeof one === 'string' && one !== ''))
        expect(JSON.stringify(entry)).toContain(value);
    },
  );

  it('has who, what and where in their columns', () => {
    const facts = { ip: '192.0.2.7', requestId: 'r1' };
    expect(entryOf({ type: 'access_refused', code, subject, path: '/x', detail, ...facts }, 5)).toMatchObject(
      {
        ...{ actor: 'ada', resource: '/x', description: detail, ip: '192.0.2.7' },
        data: { code, requestId: 'r1' },
      },
    );
    expect(entryOf({ type: 'person_disabled', ...change }, 5)).toMatchObject({
      ...{ actor: 'command line:root', resource: 'person:p1', ip: null, data: null },
    });
    expect(entryOf({ type: 'api_key_revoked', keyId: 'k1' }, 5)).toMatchObject({
      resource: 'key:k1',
      actor: null,
    });
    const byAdmin = { by: 'admin', personId, subject } as const;
    expect(entryOf({ type: 'api_key_created', keyId: 'k1', name: 'nightly', ...byAdmin }, 5)).toMatchObject({
      ...{ actor: 'admin', resource: 'person:p1', data: { keyId: 'k1', name: 'nightly', subject } },
    });
    expect(entryOf(examples.account_login_limited[0], 5)).toMatchObject({ ip: '192.0.2.1' });
  });

  it.each([
    'account_disabled',
    'account_removed',
    'rights_unknown',
    'other_subject',
    'userinfo_refused',
  ] as const)('is more severe for a session that ended by %s', (reason) =>
    expect(severityOf({ type: 'session_ended', reason, issuer, subject })).toBe('High'),
  );

  it('of hostile texts is one that a database takes: no NUL, no half characters, and no end of it', () => {
    const hostile = `a\0${'\ud800'}${'x'.repeat(10_000)}`;
    const failed = { type: 'login_failed', code, detail: hostile, providerError: hostile } as const;
    const entry = entryOf(failed, 0);
    expect(entry.description).toHaveLength(2000);
    expect(String(entry.data?.providerError)).toHaveLength(500);
    const refused = entryOf({ type: 'access_refused', code, subject: hostile, path: hostile }, 0);
    expect([refused.actor?.length, refused.resource?.length]).toEqual([200, 500]);
    for (const text of [JSON.stringify(entry), JSON.stringify(refused)]) {
      expect(text).not.toMatch(/\\u0000|\\ud800/);
      expect(text.length).toBeLessThan(4000);
    }
    const permissions = Array.from({ length: 300 }, (_, number) => `${number}${'x'.repeat(190)}`);
    const rights = { permissions, roles: permissions };
    const changed = entryOf({ type: 'person_rights_changed', ...change, ...rights, before: rights }, 0);
    expect(JSON.stringify(changed.data).length).toBeLessThan(8000);
    expect(JSON.stringify(changed.data)).toContain('and 295 more');
  });
});
