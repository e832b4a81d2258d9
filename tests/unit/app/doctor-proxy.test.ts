// What the doctor makes of the way a request arrived, and of what answered in place of the app.
import { expect, it } from 'vitest';
import { proxyCheck } from '../../../src/app/doctor/proxy-check.ts';
import type { ArrivedRequest } from '../../../src/index.ts';

const right: ArrivedRequest = {
  ...{ secure: true, forwardedProto: 'https', forwardedFor: 1, believed: 1, believesMadeUp: false },
};
const https = { baseUrl: 'https://app.example', port: 3000 };
const http = { baseUrl: 'http://localhost:3000', port: 3000 };
const plainHttp = { ...right, secure: false, forwardedProto: null, forwardedFor: 0, believed: 0 };

const arrivals = [
  ['all is right', https, 1, {}, {}, 'ok', /with the headers of the proxy/, null],
  ['there is no proxy', http, null, plainHttp, {}, 'ok', /without a proxy/, null],
  [
    'https is not believed without TRUST_PROXY',
    ...[
      https,
      null,
      { secure: false, believed: 0 },
      {},
      'fail',
      /because TRUST_PROXY is not set/,
      /TRUST_PROXY=1/,
    ],
  ],
  [
    'https is not believed from this proxy',
    ...[
      https,
      ['10.0.0.0/8'],
      { secure: false, believed: 0 },
      {},
      'fail',
      /does not name this proxy/,
      /subnets/,
    ],
  ],
  [
    'an inner proxy says http',
    ...[
      https,
      1,
      { secure: false, forwardedProto: 'http' },
      {},
      'fail',
      /says "http"/,
      /The proxy that ends TLS/,
    ],
  ],
  [
    'nothing is forwarded and nothing trusted',
    ...[
      https,
      null,
      plainHttp,
      {},
      'fail',
      /without X-Forwarded-Proto.*without X-Forwarded-For/,
      /TRUST_PROXY=1.*-For/,
    ],
  ],
  [
    'TRUST_PROXY has no proxy',
    http,
    1,
    plainHttp,
    {},
    'fail',
    /who sends the header/,
    /take TRUST_PROXY away/,
  ],
  ['there is one proxy more', https, 1, { forwardedFor: 2 }, {}, 'warn', /has 2 addresses/, /TRUST_PROXY=2/],
  [
    'a proxy is not trusted on plain http',
    ...[http, null, { ...plainHttp, forwardedFor: 1 }, {}, 'warn', /TRUST_PROXY is not set/, /TRUST_PROXY=1/],
  ],
  [
    'more proxies are trusted than there are',
    ...[https, 2, {}, { believesMadeUp: true }, 'fail', /make up their address/, /^Set TRUST_PROXY=1,/],
  ],
  [
    'the doctor itself is in a trusted subnet',
    ...[https, ['10.0.0.0/8'], {}, { believesMadeUp: true }, 'ok', /leads to this app/, null],
  ],
  [
    'visitors may choose the protocol',
    ...[https, 1, {}, { secure: false }, 'warn', /X-Forwarded-Proto that a visitor sends/, /outermost proxy/],
  ],
] as const;
it.each(arrivals)('where %s', (...row) => {
  const [, at, trust, plain, bold, result, seen, mend] = row as unknown as [
    ...[string, typeof https, number | null, object, object, string, RegExp, RegExp | null],
  ];
  const found = { plain: { ...right, ...plain }, bold: { ...right, ...plain, ...bold } };
  const check = proxyCheck({ ...at, trustProxy: trust }, { kind: 'arrived', ...found }, true);
  expect(check).toMatchObject({ name: 'proxy', result, seen: expect.stringMatching(seen) });
  if (mend === null) expect(check.mend).toBeNull();
  else expect(check.mend).toMatch(mend);
});

const answers = [
  [
    { kind: 'unreachable', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    true,
    'fail',
    /certificate/,
    /NODE_EXTRA_CA_CERTS/,
  ],
  [{ kind: 'unreachable', code: 'ENOTFOUND' }, true, 'fail', /runs on port 3000.*ENOTFOUND/, /DNS/],
  [{ kind: 'unreachable', code: 'ECONNREFUSED' }, false, 'warn', /Nothing answers/, /^Start the app/],
  [{ kind: 'other', status: 503, location: null }, true, 'fail', /answers 503/, /its port 3000/],
  [
    { kind: 'other', status: 301, location: 'https://www.app.example/x' },
    true,
    'fail',
    /leads to https:\/\/www/,
    /BASE_URL/,
  ],
  [{ kind: 'other', status: 200, location: null }, true, 'fail', /not as this app/, /SESSION_SECRET/],
] as const;
it.each(answers)('where %o answers in its place', (found, isAlive, result, seen, mend) => {
  const check = proxyCheck({ ...https, trustProxy: 1 }, found, isAlive);
  expect(check).toMatchObject({
    result,
    seen: expect.stringMatching(seen),
    mend: expect.stringMatching(mend),
  });
});
