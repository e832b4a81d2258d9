// A real Chromium opens the WebSocket of the example: from its own page it may, from another site it may not.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createChat } from '../../examples/websocket/chat.ts';
import { memorySessions } from '../../src/embedded.ts';
import { type Auth, createAuth } from '../../src/index.ts';
import { launchChromium } from '../support/chromium.ts';
import { freePort } from '../support/free-port.ts';
import { type ScriptedProvider, startScriptedProvider, testClient } from '../support/scripted-provider.ts';

let browser: Browser;
let provider: ScriptedProvider;
let auth: Auth;
let chat: Server;
let elsewhere: Server;
let url: string;

beforeAll(async () => {
  [browser, provider] = await Promise.all([launchChromium(), startScriptedProvider()]);
  const port = await freePort();
  url = `http://localhost:${port}`;
  auth = createAuth({
    issuer: provider.issuer,
    clientId: testClient.clientId,
    clientSecret: testClient.clientSecret ?? '',
    baseUrl: url,
    sessionSecret: 'a test secret of more than thirty-two characters',
    sessions: memorySessions(),
  });
  chat = createChat(auth);
  elsewhere = createServer((_req, res) => {
    res.setHeader('content-type', 'text/html');
    res.end('<!doctype html><title>Elsewhere</title>');
  });
  await new Promise<void>((resolve) => chat.listen(port, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser.close();
  for (const server of [chat, elsewhere]) {
    server.closeAllConnections();
    server.close();
  }
  await auth.close();
  await provider.close();
});

/** What comes back for a word that the page says, or how it was refused. */
const say = (page: Page): Promise<string> =>
  page.evaluate(
    (address) =>
      new Promise<string>((resolve) => {
        const ws = new WebSocket(address);
        ws.onopen = () => ws.send('hello');
        ws.onmessage = ({ data }) => resolve(String(data));
        ws.onerror = () => resolve('refused');
      }),
    url.replace('http', 'ws'),
  );

it('B14: lets the page of somebody who is signed in open it, and a page elsewhere not', async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  expect(await page.title()).toBe('Chat');
  expect(await say(page)).toBe('{"from":"Ada Lovelace","text":"hello"}');

  // Another port of the same host is the same site: the browser sends the cookies along.
  const { port } = elsewhere.address() as AddressInfo;
  await page.goto(`http://localhost:${port}/`);
  expect(await say(page)).toBe('refused');
});
