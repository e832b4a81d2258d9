// Guessing passwords: how far an attacker gets, what they learn, and that the right person still gets in.
import { describe, expect, it } from 'vitest';
import { createPasswordHashing } from '../../src/directory.ts';
import { createAccountWorld, goodPassword, quickHashing } from '../support/account-world.ts';

const make = () => {
  const { counted, hashing } = quickHashing();
  return { world: createAccountWorld({ hashing }), counted };
};

describe('an attacker who guesses', () => {
  it('AD-04a: from one address gets five tries at an account, then one per growing pause', async () => {
    const { world, counted } = make();
    await world.add('ada');
    counted.verified = 0;
    const answers: string[] = [];
    for (let round = 0; round < 30; round += 1)
      answers.push(await world.tryPassword('ada', `guess ${round}`));
    expect(answers.filter((kind) => kind === 'refused')).toHaveLength(5);
    const limited = await world.accounts.authenticate('ada', goodPassword, { address: '192.0.2.1' });
    expect(limited).toMatchObject({ kind: 'limited', retryAfterSeconds: 30 });
    let tried = 0;
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      world.advance(60);
      if ((await world.tryPassword('ada', `more ${minute}`)) === 'refused') tried += 1;
    }
    expect(tried).toBeLessThan(110);
    expect(counted.verified).toBe(5 + tried);
  });

  it('AD-04a: all at once gets no more', async () => {
    const { world, counted } = make();
    await world.add('ada');
    counted.verified = 0;
    await Promise.all(Array.from({ length: 200 }, (_, n) => world.tryPassword('ADA', `guess ${n}`)));
    expect(counted.verified).toBe(5);
  });

  it('AD-04a: from a thousand addresses gets twenty tries at an account, then one per growing pause', async () => {
    const { world, counted } = make();
    await world.add('ada');
    counted.verified = 0;
    for (let n = 0; n < 1000; n += 1) await world.tryPassword('ada', 'guess', `198.51.${n >> 8}.${n & 255}`);
    expect(counted.verified).toBe(20);
  });

  it('AD-04b: from one address tries name after name, and is paused whatever the names', async () => {
    const { world, counted } = make();
    counted.verified = 0;
    for (let n = 0; n < 200; n += 1) await world.tryPassword(`person${n}`, 'Spring2026!!');
    expect(counted.verified).toBe(50);
    expect(await world.tryPassword('somebody', 'x')).toBe('limited');
    expect(await world.tryPassword('somebody', 'x', '203.0.113.9')).toBe('refused');
  });

  it('AD-04b: changes the address within the network it was given, and gains nothing', async () => {
    const { world, counted } = make();
    await world.add('ada');
    counted.verified = 0;
    for (let n = 1; n <= 50; n += 1)
      await world.tryPassword('ada', 'guess', `2001:db8:1:2::${n.toString(16)}`);
    expect(counted.verified).toBe(5);
    expect(await world.tryPassword('ada', goodPassword, '2001:db8:1:3::1')).toBe('ok');
  });

  it('AD-04b: with a right password of their own does not wipe out what was counted', async () => {
    const { world, counted } = make();
    await world.add('mallory');
    await world.add('ada');
    counted.verified = 0;
    for (let n = 0; n < 20; n += 1) {
      await world.tryPassword('ada', `guess ${n}`);
      await world.tryPassword('mallory', goodPassword);
    }
    expect(counted.verified).toBe(5 + 20);
  });

  it('fills no memory and no log with what is typed', async () => {
    const { world } = make();
    await world.tryPassword('hunter2hunter2', 'x'.repeat(5000));
    await world.tryPassword('n'.repeat(100_000), 'hunter2');
    expect(JSON.stringify(world.events)).not.toMatch(/hunter2|nnn|xxx/);
  });
});

describe('a victim whom somebody wants to lock out', () => {
  const besiege = async (world: ReturnType<typeof make>['world']) => {
    for (let n = 0; n < 300; n += 1) await world.tryPassword('ada', 'guess', `198.51.${n >> 8}.${n & 255}`);
  };

  it('AD-04c: gets in from an address where they signed in before', async () => {
    const { world } = make();
    await world.add('ada');
    expect(await world.tryPassword('ada', goodPassword, '192.0.2.7')).toBe('ok');
    await besiege(world);
    expect(await world.tryPassword('ada', goodPassword, '203.0.113.1')).toBe('limited');
    expect(await world.tryPassword('ada', goodPassword, '192.0.2.7')).toBe('ok');
  });

  it('AD-04c: gets in with a browser that is known, also from the attacker’s own address', async () => {
    const { world } = make();
    await world.add('ada');
    const device = 'd'.repeat(43);
    expect(await world.tryPassword('ada', goodPassword, '192.0.2.7', device)).toBe('ok');
    for (let n = 0; n < 80; n += 1) await world.tryPassword('ada', 'guess', '198.51.100.1');
    await besiege(world);
    expect(await world.tryPassword('ada', goodPassword, '198.51.100.1', device)).toBe('ok');
    expect(await world.tryPassword('ada', goodPassword, '198.51.100.1', 'e'.repeat(43))).toBe('limited');
  });

  it('AD-04c: gets in elsewhere once the attacker stops for a quarter of an hour', async () => {
    const { world } = make();
    await world.add('ada');
    await besiege(world);
    world.advance(15 * 60);
    expect(await world.tryPassword('ada', goodPassword, '203.0.113.1')).toBe('ok');
  });

  it('AD-04c: gets in elsewhere at once with a password that an administrator has set', async () => {
    const { world } = make();
    const ada = await world.add('ada');
    await besiege(world);
    await world.accounts.setPassword(ada.id, 'quilted lantern moss');
    expect(await world.tryPassword('ada', 'quilted lantern moss', '203.0.113.1')).toBe('ok');
  });

  it('AD-04c: a stolen device value of one account opens no more tries at another', async () => {
    const { world, counted } = make();
    const device = 'm'.repeat(43);
    await world.add('mallory');
    await world.add('ada');
    expect(await world.tryPassword('mallory', goodPassword, '198.51.100.1', device)).toBe('ok');
    counted.verified = 0;
    for (let n = 0; n < 50; n += 1) await world.tryPassword('ada', 'guess', '198.51.100.1', device);
    expect(counted.verified).toBe(5);
  });
});

describe('somebody who wants to know who has an account', () => {
  it('AD-05a: gets one answer for an unknown name, a wrong password and a disabled account', async () => {
    const { world } = make();
    await world.add('ada');
    const gone = await world.add('gone');
    await world.add('nopassword', null);
    await world.directory.people.change(gone.id, { disabled: true }, 'admin', world.now());
    const answers = [];
    for (const [name, password] of [
      ['ada', 'wrong'],
      ['nobody', 'wrong'],
      ['gone', goodPassword],
      ['nopassword', ''],
      ['', ''],
    ] as const) {
      answers.push(await world.accounts.authenticate(name, password, { address: '203.0.113.5' }));
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"kind":"refused"}']));
    // And is slowed down alike.
    for (let n = 0; n < 5; n += 1) await world.tryPassword('nobody2', 'x', '203.0.113.6');
    expect(await world.tryPassword('nobody2', 'x', '203.0.113.6')).toBe('limited');
  });

  it('AD-05a: sees the same work done for a name that exists and for one that does not', async () => {
    // Both kinds one after another, so that whatever else the machine does slows both.
    const world = createAccountWorld({ hashing: createPasswordHashing({ atOnce: 1 }) });
    await world.add('ada');
    const measure = async (name: string, n: number): Promise<number> => {
      const start = process.cpuUsage();
      await world.tryPassword(name, 'wrong', `10.0.${n}.1`);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const times: [number[], number[]] = [[], []];
    for (let n = 0; n < 15; n += 1) {
      times[0].push(await measure('ada', n));
      times[1].push(await measure(`nobody${n}`, n));
    }
    const [known = 0, unknown = 0] = times.map(
      (each) => each.sort((a, b) => a - b)[Math.floor(each.length / 2)],
    );
    expect(known).toBeGreaterThan(5_000);
    expect(unknown / known).toBeGreaterThan(0.6);
    expect(unknown / known).toBeLessThan(1.6);
  });
});
