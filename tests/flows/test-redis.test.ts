// The Redis of the tests is a real one that can hang, die, come back, and tell what was asked of it.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { openRedisWire } from '../support/redis-wire.ts';

describe('test redis', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(() => redis.flush());
  afterAll(() => redis.stop());

  it('counts the commands of others and not its own', async () => {
    await redis.resetCommandCounts();
    await redis.send('SET', 'latchkey:a', 'ü');
    await redis.send('GET', 'latchkey:a');
    await redis.send('GET', 'latchkey:b');
    expect(await redis.keys()).toEqual(['latchkey:a']);
    expect(await redis.commandCounts()).toEqual({ set: 1, get: 2 });
  });

  it('shows each command with its arguments', async () => {
    const monitor = await redis.monitor();
    await redis.send('SET', 'a', 'x "y"');
    await redis.keys();
    expect(await monitor.commands()).toEqual([['SET', 'a', 'x "y"']]);
    monitor.stop();
  });

  it('hangs while it is paused', async () => {
    redis.pause();
    const reply = redis.send('ECHO', 'late');
    expect(await Promise.race([reply, new Promise((resolve) => setTimeout(resolve, 150, 'nothing'))])).toBe(
      'nothing',
    );
    redis.resume();
    expect(await reply).toBe('late');
  });

  it('dies and comes back at the same port, with its data or without', async () => {
    const { pid, port } = redis;
    await redis.send('SET', 'kept', '1');
    await redis.kill({ keepData: true });
    await expect(openRedisWire(port)).rejects.toThrow('ECONNREFUSED');
    await redis.restart();
    expect(redis.pid).not.toBe(pid);
    expect(await redis.keys()).toEqual(['kept']);
    await redis.kill();
    await redis.restart();
    expect(await redis.keys()).toEqual([]);
  });

  it('can be stopped in any state', async () => {
    const other = await startRedis();
    other.pause();
    await other.stop();
    await other.stop();
    await expect(openRedisWire(other.port)).rejects.toThrow('ECONNREFUSED');
  });
});
