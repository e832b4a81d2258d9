// Cookies that are put back or held back when the headers go out.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { appendCookie, withholdCookies } from '../../../src/http/keep-cookies.ts';

/** The Set-Cookie lines of an answer. */
const linesOf = async (answer: (res: ServerResponse) => void): Promise<readonly string[]> => {
  const server = createServer((_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    answer(res);
    res.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { headers } = await fetch(`http://127.0.0.1:${port}/`);
  await new Promise((resolve) => server.close(resolve));
  return headers.getSetCookie();
};

describe('an answer that took so long that its token is outdated', () => {
  it('goes out without the token, and with what was set after it, such as a sign-out', async () => {
    const lines = await linesOf((res) => {
      appendCookie(res, 'token', 'token=old');
      withholdCookies(res, () => true);
      appendCookie(res, 'session', 'session=; Max-Age=0');
      appendCookie(res, 'token', 'token=; Max-Age=0');
      res.appendHeader('Set-Cookie', 'theme=dark');
    });
    expect(lines).toEqual(['session=; Max-Age=0', 'token=; Max-Age=0', 'theme=dark']);
  });

  it('is not given the token back where the header was overwritten', async () => {
    const lines = await linesOf((res) => {
      appendCookie(res, 'token', 'token=old');
      withholdCookies(res, () => true);
      appendCookie(res, 'session', 'session=new');
      res.setHeader('Set-Cookie', 'theme=dark');
    });
    expect(lines).toEqual(['theme=dark', 'session=new']);
  });

  it('has everything where it was quick', async () => {
    const lines = await linesOf((res) => {
      appendCookie(res, 'token', 'token=new');
      withholdCookies(res, () => false);
      appendCookie(res, 'session', 'session=new');
    });
    expect(lines).toEqual(['token=new', 'session=new']);
  });
});

it('an answer that proxies may keep has none of our cookies, whenever they were set', async () => {
  const lines = await linesOf((res) => {
    appendCookie(res, 'token', 'token=new');
    withholdCookies(res, () => false);
    appendCookie(res, 'session', 'session=new');
    res.setHeader('Cache-Control', 'public, max-age=60');
    res.appendHeader('Set-Cookie', 'theme=dark');
  });
  expect(lines).toEqual(['theme=dark']);
});
