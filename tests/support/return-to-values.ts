// Every return_to that attackers and careless links are known to send, and where it may lead.

export interface ReturnToValue {
  /** As the catalogue of cases numbers it. */
  readonly id: string;
  /** As the query parser hands it on. */
  readonly value: unknown;
  /** As it stands in the address, where that is not simply the encoded value. */
  readonly query?: string;
  /** The local path it is kept as; null: the home page. */
  readonly keptAs: string | null;
}

const [tab, lf, cr, nul, soh] = ['\t', '\n', '\r', '\u0000', '\u0001'];

const refused = (group: string, values: readonly string[]): ReturnToValue[] =>
  values.map((value, index) => ({ id: `${group}${String.fromCharCode(97 + index)}`, value, keptAs: null }));

/** Values that a browser resolves to another site, in one way or another. */
export const foreignValues: readonly ReturnToValue[] = [
  ...refused('RU-01', [
    ...['//evil.example', '///evil.example', '////evil.example/%2e%2e', '/%2e//evil.example'],
  ]),
  ...refused('RU-02', ['/\\evil.example', '\\\\evil.example', '\\/evil.example', '/\\/evil.example']),
  ...refused('RU-03', [
    ...[`/${tab}/evil.example`, `/${lf}/evil.example`, `/${cr}/evil.example`],
    ...[`${tab}//evil.example`, `${soh}//evil.example`, ' //evil.example'],
  ]),
  ...refused('RU-04', [
    ...['https://evil.example', 'HtTpS://evil.example', 'https:///evil.example'],
    ...['http:evil.example', 'https:evil.example', 'https:/evil.example'],
  ]),
  ...refused('RU-05', [
    ...['https://rp.example@evil.example', '//rp.example@evil.example'],
    ...['https://rp.example:443@evil.example/', 'https://rp.example.evil.example'],
    ...['https://evil.example\\@rp.example', 'https://rp.example:8443/'],
    ...['//evil.example@rp.example', 'https://rp.example\\@evil.example'],
  ]),
  ...refused('RU-06', ['/.//evil.example', '/..//evil.example', '/x/..//evil.example']),
  ...refused('RU-07', [
    ...['//evil。example', '//evil%E3%80%82example', '//ⓔvil.example', '//%65vil.example', '//0x7f.1/'],
    ...['／／evil.example', '%2f%2fevil.example'],
  ]),
  ...refused('RU-08', [
    ...['javascript:alert(1)', `java${lf}script:alert(1)`, `${nul}javascript:alert(1)`, 'data:text/html,x'],
    ...['vbscript:x', 'file:///etc/passwd', 'blob:https://rp.example/x'],
  ]),
  ...refused('RU-09', [`/${cr}${lf}Set-Cookie: a=b`, `/ok${nul}`]),
];

/** Values of this site that would loop, act, or are no path at all. */
export const uselessValues: readonly ReturnToValue[] = [
  ...refused('RU-10', ['/auth-callback?code=x&state=y', '/logout', '/login?return_to=/login', '/api/x']),
  {
    id: 'RU-11a',
    value: ['/a', '//evil.example'],
    query: 'return_to=/a&return_to=//evil.example',
    keptAs: null,
  },
  { id: 'RU-11b', value: { a: '1' }, query: 'return_to[a]=1', keptAs: null },
  { id: 'RU-11c', value: '', keptAs: null },
  { id: 'RU-11d', value: '//', keptAs: null },
  { id: 'RU-11e', value: '///', keptAs: null },
  { id: 'RU-11f', value: '#frag', keptAs: null },
  { id: 'RU-11g', value: '?x=1', keptAs: null },
  { id: 'RU-11h', value: `/${'a'.repeat(10_000)}`, keptAs: null },
];

const kept = (letter: string, value: string, keptAs = value): ReturnToValue => ({
  id: `RU-12${letter}`,
  value,
  keptAs,
});

/** Values that look odd and are honest paths: they are kept, and never decoded once more. */
export const honestValues: readonly ReturnToValue[] = [
  kept('a', '/ok?next=//evil.example'),
  kept('b', '/ok#//evil.example'),
  kept('c', '/ünï?q=1', '/%C3%BCn%C3%AF?q=1'),
  kept('d', '/path?x=a%20b'),
  kept('e', '/%2f%2fevil.example'),
  kept('f', '/%2fevil.example'),
  kept('g', '/%5cevil.example'),
  kept('h', '/%09/evil.example'),
  kept('i', '/%252f%252fevil.example'),
  kept('j', '/%0d%0aSet-Cookie:a=b'),
  kept('k', '/∕/evil.example', '/%E2%88%95/evil.example'),
];

/** All seventy. */
export const returnToValues: readonly ReturnToValue[] = [...foreignValues, ...uselessValues, ...honestValues];
