// Devices that are ended while the provider fails, hangs, or knows two of them as one.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { endDevice, listedDevices, openDevices, signedInOn, userAgents } from '../support/device-steps.ts';
import { testUser } from '../support/scripted-provider.ts';

describe('devices', () => {
  let world: AppWorld;
  let number = 0;
  beforeAll(async () => {
    world = await startAppWorld();
  });
  afterAll(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    world.provider.reset();
    number += 1;
    world.provider.user = { ...testUser, sub: `ada-${number}` };
  });
  const lines = (msg: string, from: number) =>
    world
      .logLines()
      .slice(from)
      .filter((line) => line.msg === msg);

  it('that the provider cannot hear of are ended here all the same', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    const phone = await signedInOn(world, userAgents.phone);
    world.provider.bend.raw.revocation = (_request, response) => void response.writeHead(500).end();
    const from = world.logLines().length;
    expect((await endDevice(world, laptop, 'Safari on iPhone')).status).toBe(303);
    expect(await world.whoIs(phone)).toBe('401');
    expect(lines('revocation_failed', from)).toHaveLength(1);
  });

  it('do not wait for a provider that hangs', async () => {
    const laptop = await signedInOn(world, userAgents.laptop);
    const phones = await Promise.all(Array.from({ length: 12 }, () => signedInOn(world, userAgents.phone)));
    const held = Promise.withResolvers<void>();
    world.provider.bend.raw.revocation = async (_request, response) => {
      await held.promise;
      response.end();
    };
    const before = performance.now();
    expect((await laptop.post(`${world.url}/sessions/end-others`)).status).toBe(303);
    expect(performance.now() - before).toBeLessThan(5000);
    for (const phone of phones) expect(await world.whoIs(phone)).toBe('401');
    held.resolve();
  });

  it('keep the tokens of a session that the provider knows as the same as one that stays', async () => {
    // A browser that was closed and opened again: two sessions here, one at the provider, and one grant.
    world.provider.bend.idTokenClaims = (claims) => void Object.assign(claims, { sid: `one-${number}` });
    await signedInOn(world, userAgents.laptop);
    const reopened = await signedInOn(world, userAgents.laptop);
    world.provider.bend.idTokenClaims = undefined;
    await signedInOn(world, userAgents.phone);
    world.provider.forgetCalls();
    await reopened.post(`${world.url}/sessions/end-others`);
    expect(listedDevices(await openDevices(world, reopened))).toHaveLength(1);
    expect(world.provider.calls('revocation')).toHaveLength(1);
    world.advance(3600);
    expect(await world.whoIs(reopened)).toBe(`ada-${number}`);
  });
});
