// One account whose refresh answers cannot be used: it must not keep everybody else from renewing their tokens.
import { describe, expect, it } from 'vitest';
import { startRefreshWorld, tokenLife } from '../support/refresh-world.ts';
import { testUser } from '../support/scripted-provider.ts';

const mallory = { ...testUser, sub: 'user-mallory', name: 'Mallory' };

describe('TE: a person whose refreshed tokens cannot be read', () => {
  it('waits alone: others with a dead token are renewed at once, however often that person asks', async () => {
    await using world = await startRefreshWorld();
    const ada = await world.signedIn();
    world.provider.user = mallory;
    const other = await world.signedIn();
    world.provider.bend.tokenResponse = (answer, { grant }) =>
      grant.user?.sub === mallory.sub ? { token_type: 'Bearer' } : answer;
    world.advance(tokenLife.dead);

    expect((await world.who(other)).status).toBe(503);
    expect(await world.who(ada)).toMatchObject({ status: 200, subject: testUser.sub });
    expect((await world.who(other)).status).toBe(503);
    // Asked once for each of the two: the one whose answer is bad is not asked for again in the next moments.
    expect(world.refreshes()).toHaveLength(2);
  });
});
