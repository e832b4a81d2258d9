// The security headers: made once, and anew as soon as the provider's pages are known.
import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { securityHeaders } from '../../../src/app/security-headers.ts';

describe('the policy of a page', () => {
  it('names the pages of the provider from when they are known, and those of today', async () => {
    let origins: readonly string[] = [];
    const app = express();
    app.use(securityHeaders(new URL('https://app.example'), () => origins));
    app.get('/', (_req, res) => res.end());
    const policy = async () => (await request(app).get('/')).headers['content-security-policy'];
    expect(await policy()).toContain("form-action 'self';");
    origins = ['https://login.example'];
    expect(await policy()).toContain("form-action 'self' https://login.example;");
    expect(await policy()).toContain("form-action 'self' https://login.example;");
    origins = ['https://other.example'];
    expect(await policy()).toContain("form-action 'self' https://other.example;");
  });

  it('is no policy that somebody else has written into: such an answer does not go out', async () => {
    const app = express();
    app.use(securityHeaders(new URL('https://app.example'), () => ['https://login.example; script-src *']));
    app.get('/', (_req, res) => res.end('page'));
    const { status, text } = await request(app).get('/');
    expect([status, text.includes('page')]).toEqual([500, false]);
  });
});
