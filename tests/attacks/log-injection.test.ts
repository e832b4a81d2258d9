// An attacker writes into the log: line breaks, terminal codes, broken JSON and very long texts stay one short record.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppWorld, startAppWorld } from '../support/app-world.ts';
import { sendRequest } from '../support/browser-request.ts';
import { rawRequest } from '../support/raw-http.ts';
import { testUser } from '../support/scripted-provider.ts';

let world: AppWorld;
let from = 0;
beforeAll(async () => {
  world = await startAppWorld({ logLevel: 'trace' });
});
afterAll(() => world[Symbol.asyncDispose]());
beforeEach(() => {
  world.provider.reset();
  from = world.logText().length;
});

const forged = '{"level":"info","msg":"login_succeeded","subject":"root"}';
const texts = [
  ['AT-04a', 'line breaks', `a\r\n${forged}\n${forged}`],
  ['AT-04a', 'other line breaks', `a\u2028${forged}\u2029b\u0085c\vd\fe`],
  ['AT-04b', 'terminal codes', '\u001b[2J\u001b]0;owned\u0007\u001b[31mred\u009b31mred\u007f\b\b\b'],
  ['AT-04c', 'broken JSON', `","msg":"login_succeeded","x":"\\",${forged}`],
  ['AT-04d', '100 KB', 'A'.repeat(100_000)],
] as const;

/** Every line is one JSON object, no longer than a screen, with no control characters, and none is forged. */
const expectCleanLog = async (): Promise<void> => {
  // A request's line is written at the end of the turn in which its answer went out.
  await expect.poll(() => world.logText().slice(from)).toContain('"request"');
  const written = world.logText().slice(from);
  expect(written.endsWith('\n')).toBe(true);
  const lines = written.slice(0, -1).split('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line.length).toBeLessThan(6000);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
    const record = JSON.parse(line) as Record<string, unknown>;
    expect(record.subject).not.toBe('root');
    expect(Object.keys(record)[0]).toBe('level');
  }
};

describe.each(texts)('%s: %s', (_id, _what, text) => {
  it('in a claim of the person who signs in', async () => {
    world.provider.user = { ...testUser, name: text, nickname: text, permissions: [text], roles: [text] };
    const browser = world.browser();
    await world.signIn(browser, '/protected/permission');
    await browser.get(`${world.url}/profile`);
    await expectCleanLog();
  });

  it('in the subject', async () => {
    world.provider.user = { ...testUser, sub: text };
    const browser = world.browser();
    await world.signIn(browser, '/protected/permission');
    await expectCleanLog();
  });

  it('in the provider’s refusal', async () => {
    world.provider.bend.authorizeResponse = (response) => {
      response.delete('code');
      response.set('error', text.slice(0, 4000));
      response.set('error_description', text.slice(0, 4000));
    };
    await world.signIn(world.browser());
    expect(world.logText().slice(from)).toContain('login_failed');
    await expectCleanLog();
  });

  it('in the provider’s token error', async () => {
    const body = JSON.stringify({ error: text, error_description: text, error_uri: text });
    world.provider.bend.raw.token = (_request, response) =>
      void response.writeHead(400, { 'content-type': 'application/json' }).end(body);
    await world.signIn(world.browser());
    expect(world.logText().slice(from)).toContain('login_failed');
    await expectCleanLog();
  });

  it('in headers and query of a request', async () => {
    const header = Buffer.from(text.slice(0, 2000).replace(/[\r\n]/g, ' '), 'utf8').toString('latin1');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a header must not hold them, so they go.
    const sendable = header.replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '');
    const names = ['user-agent', 'x-request-id', 'x-forwarded-for', 'referer', 'origin'];
    const headers = Object.fromEntries(names.map((name) => [name, sendable]));
    const url = `${world.url}/missing?${new URLSearchParams({ q: text.slice(0, 3000) })}`;
    const answer = await sendRequest(
      { method: 'GET', url, headers, body: null },
      { behindProxy: {}, timeoutMs: 5000 },
    );
    expect(answer.status).toBe(404);
    await expectCleanLog();
  });

  it('in the path, byte by byte', async () => {
    const path = `/missing/${text.slice(0, 8000)}`.replaceAll(' ', '');
    await rawRequest(world.port, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await world.browser().get(`${world.url}/missing`);
    await expectCleanLog();
  });
});
