// Accounts that are kept here: logging in, new passwords, and what ends with an old one.
import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAccountWorld, goodPassword, home, otherPassword } from '../support/account-world.ts';

const weak = 'password1234';

describe('a person with an account', () => {
  it('logs in with their name in any case, and is told apart from everybody else', async () => {
    const world = createAccountWorld();
    const ada = await world.add('Ada');
    await world.add('bob', otherPassword);
    const answer = await world.accounts.authenticate(' ADA ', goodPassword, home);
    expect(answer).toMatchObject({ kind: 'ok', mustChangePassword: false, person: { id: ada.id } });
    expect(await world.tryPassword('ada', otherPassword)).toBe('refused');
  });

  it('AD-02: with a hash from another system logs in, and has a hash of today from then on', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada', null);
    const salt = Buffer.from('0123456789abcdef');
    const tag = scryptSync('from before', salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
    const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    const hash = `$scrypt$ln=17,r=8,p=1$${text(salt)}$${text(tag)}`;
    await world.directory.passwords.set({ personId: ada.id, hash, temporary: true, changedAt: world.now() });
    expect(await world.tryPassword('ada', 'not it')).toBe('refused');
    expect((await world.directory.passwords.find(ada.id))?.hash).toBe(hash);
    expect(await world.tryPassword('ada', 'from before')).toBe('ok');
    const kept = await world.directory.passwords.find(ada.id);
    expect(kept).toMatchObject({ hash: expect.stringMatching(/^\$argon2id\$/), temporary: true });
    expect(await world.tryPassword('ada', 'from before')).toBe('ok');
  });

  it('of a provider has no password here, whatever stands in the database', async () => {
    const world = createAccountWorld();
    const login = { issuer: 'https://op.example', subject: 'eve', claims: { name: 'Eve' }, at: world.now() };
    const eve = await world.directory.people.signedIn(login, { permissions: [], roles: [] });
    await expect(world.accounts.setPassword(eve.id, goodPassword)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await world.tryPassword('eve', goodPassword)).toBe('refused');
  });
});

describe('a person who changes their password', () => {
  it('AD-03a: is refused without the old one, and nothing changes', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    const change = (old: string) => world.accounts.changePassword(ada.id, old, otherPassword, home);
    for (const old of ['', 'something else', otherPassword])
      expect(await change(old)).toEqual({ kind: 'refused' });
    expect(await world.tryPassword('ada', goodPassword)).toBe('ok');
    expect(world.ended).toEqual([]);
  });

  it('AD-03a: cannot be used to guess the old one', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    const kinds: string[] = [];
    for (let round = 0; round < 7; round += 1) {
      kinds.push((await world.accounts.changePassword(ada.id, `guess ${round}`, otherPassword, home)).kind);
    }
    expect(kinds.slice(-2)).toEqual(['limited', 'limited']);
    expect((await world.accounts.changePassword(ada.id, goodPassword, otherPassword, home)).kind).toBe(
      'limited',
    );
  });

  it('AD-03b: stays signed in here, and nowhere else', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    const { loginTokens } = world.directory;
    const token = { personId: ada.id, createdAt: world.now(), expiresAt: world.now() + 60_000 };
    for (const digest of ['here', 'there']) await loginTokens.add(digest, token);
    const keep = { session: 'this one', tokenDigest: 'here' };
    const answer = await world.accounts.changePassword(ada.id, goodPassword, otherPassword, home, keep);
    expect(answer).toEqual({ kind: 'changed' });
    expect(world.ended).toEqual([[ada.id, 'this one']]);
    expect([await loginTokens.find('here'), await loginTokens.find('there')]).toEqual([token, null]);
    expect(world.events).toContainEqual({ type: 'account_password_changed', personId: ada.id, by: 'person' });
    expect(await world.tryPassword('ada', goodPassword)).toBe('refused');
    expect(await world.tryPassword('ada', otherPassword)).toBe('ok');
  });

  it.each([
    ['AD-01a: too short', 'short', 'password_too_short'],
    ['AD-01c: among the first that are guessed', weak, 'password_too_common'],
    ['AD-01c: their own name', 'ada-lovelace-99', 'password_too_close'],
    ['the one they have', goodPassword, 'password_unchanged'],
  ])('is told why a new one is not taken: %s', async (_why, password, code) => {
    const world = createAccountWorld();
    const ada = await world.add('ada', goodPassword, { name: 'Ada Lovelace' });
    const answer = await world.accounts.changePassword(ada.id, goodPassword, password, home);
    expect(answer).toMatchObject({ kind: 'unsuitable', problem: { code } });
    expect(await world.tryPassword('ada', goodPassword)).toBe('ok');
  });
});

describe('an administrator who sets a password', () => {
  it('AD-08a: sets a temporary one, which ends everything the person is signed in with', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    await world.directory.loginTokens.add('t', {
      personId: ada.id,
      createdAt: 0,
      expiresAt: world.now() + 60_000,
    });
    expect(await world.accounts.setPassword(ada.id, weak)).toMatchObject({ kind: 'unsuitable' });
    expect(await world.accounts.setPassword(ada.id, otherPassword)).toEqual({ kind: 'changed' });
    expect(world.ended).toEqual([[ada.id, null]]);
    expect(await world.directory.loginTokens.find('t')).toBeNull();
    const answer = await world.accounts.authenticate('ada', otherPassword, home);
    expect(answer).toMatchObject({ kind: 'ok', mustChangePassword: true });
  });

  it('AD-08b: leaves the choice of the next one to the person, once', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    await world.accounts.setPassword(ada.id, otherPassword);
    const answer = await world.accounts.authenticate('ada', otherPassword, home);
    if (answer.kind !== 'ok') throw new Error(answer.kind);
    const replace = (password: string) =>
      world.accounts.replaceTemporary(ada.id, answer.passwordChangedAt, password);
    expect(await replace(otherPassword)).toMatchObject({ problem: { code: 'password_unchanged' } });
    expect(await replace(weak)).toMatchObject({ problem: { code: 'password_too_common' } });
    expect(await replace('velvet harbour pencil')).toEqual({ kind: 'changed' });
    expect(await replace('another velvet harbour')).toEqual({ kind: 'refused' });
    expect(await world.tryPassword('ada', 'velvet harbour pencil')).toBe('ok');
  });

  it('AD-08b: sets another one meanwhile, and the proof of the first is worth nothing', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    await world.accounts.setPassword(ada.id, otherPassword);
    const answer = await world.accounts.authenticate('ada', otherPassword, home);
    if (answer.kind !== 'ok') throw new Error(answer.kind);
    await world.accounts.setPassword(ada.id, 'velvet harbour pencil');
    const late = await world.accounts.replaceTemporary(
      ada.id,
      answer.passwordChangedAt,
      'the attacker chose this',
    );
    expect(late).toEqual({ kind: 'refused' });
  });

  it('AD-08b: reads in the audit trail that the person chose another one at the sign-in page', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    await world.accounts.setPassword(ada.id, otherPassword);
    const provider = world.forProvider();
    const answer = await provider.authenticate('ada', otherPassword, { ...home, device: 'a browser' });
    if (answer === null || !('proof' in answer)) throw new Error('no new password is asked for');
    await provider.choosePassword?.(ada.id, answer.proof, weak);
    expect(world.told).toEqual([]);
    await provider.choosePassword?.(ada.id, answer.proof, 'velvet harbour pencil');
    expect(world.told).toEqual([{ type: 'own_password_changed', by: ada.id, personId: ada.id }]);
  });

  it('AD-06b: a temporary password that is not used within a week is worth nothing', async () => {
    const world = createAccountWorld();
    const ada = await world.add('ada');
    await world.accounts.setPassword(ada.id, otherPassword);
    world.advance(7 * 86_400);
    expect(await world.tryPassword('ada', otherPassword)).toBe('refused');
    expect(world.events.at(-1)).toMatchObject({ reason: 'temporary_expired', personId: ada.id });
  });
});
