// The question of `latchkey doctor` to the running app: without the secret there is nothing to be learnt from it.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSealer } from '../../src/crypto/seal.ts';
import { type AppWorld, startAppWorld, testSecret } from '../support/app-world.ts';

let world: AppWorld;
beforeAll(async () => {
  world = await startAppWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const ask = async (question: string | null, headers: Record<string, string> = {}) => {
  const asked = question === null ? {} : { 'latchkey-probe': question };
  const answer = await fetch(`${world.url}/doctor-probe`, { headers: { ...headers, ...asked } });
  return { status: answer.status, text: await answer.text() };
};
const sealedBy = (secret: string, text: string, context: string) =>
  createSealer([secret]).seal('probe', text, context);
const href = () => new URL(world.url).href;

it('answers nobody who has not the session secret, as any path that is not there', async () => {
  const unknown = await fetch(`${world.url}/nothing-here`);
  const now = String(world.now());
  const questions = [
    null,
    '',
    'x',
    'A'.repeat(4000),
    sealedBy('another secret of more than thirty-two characters', now, href()),
    sealedBy(testSecret, now, 'https://elsewhere.example/'),
    sealedBy(testSecret, String(world.now() - 61_000), href()),
    sealedBy(testSecret, String(world.now() + 61_000), href()),
    sealedBy(testSecret, 'not a time', href()),
    createSealer([testSecret]).seal('state', now, href()),
  ];
  for (const question of questions) {
    const { status, text } = await ask(question);
    expect([question, status]).toEqual([question, unknown.status]);
    expect(text).not.toMatch(/arrived|secure/);
  }
});

it('answers who has it so that nobody else can read it, with no address in it', async () => {
  const question = sealedBy(testSecret, String(world.now()), href());
  const { status, text } = await ask(question, { 'x-forwarded-for': '203.0.113.9, 198.51.100.1' });
  expect(status).toBe(200);
  const { arrived } = JSON.parse(text) as { arrived: string };
  expect(Buffer.from(arrived, 'base64url').toString('latin1')).not.toMatch(/secure|forwarded/);
  const opened = createSealer([testSecret]).open('probe', arrived, question) ?? '';
  expect(JSON.parse(opened)).toEqual({
    ...{ secure: false, forwardedProto: null, forwardedFor: 2, believed: 0, believesMadeUp: false },
  });
  // An answer to one question is none to another.
  expect(createSealer([testSecret]).open('probe', arrived, 'another question')).toBeNull();
});
