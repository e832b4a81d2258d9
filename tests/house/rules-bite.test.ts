// The house rules themselves: each is shown a file that breaks it, because a rule that cannot fail holds nothing.
import { describe, expect, it } from 'vitest';
import { withoutComments } from './checks/code-text.ts';
import { brokenLinks, codeBlocks } from './checks/documents.ts';
import { environmentDrift } from './checks/environment-example.ts';
import * as habits from './checks/file-habits.ts';
import { exportedNames, importsOf } from './checks/imports.ts';
import { appBehindTheDoors, misdirectedImports, unknownRooms, usesOfTheTestKit } from './checks/rooms.ts';
import { compileSnippets } from './checks/snippets.ts';
import { breachedWalls } from './checks/walls.ts';

const file = (path: string, text: string) => ({ path, text });

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: source text that holds templates
describe('reading code', () => {
  it('takes comments out, and leaves strings, templates and patterns', () => {
    const code = [
      "const accept = '*/*'; // process.env",
      'const page = `http://${host /* where */}/`; /* Date.now() */ const re = /["/*]\\/[/"]/; run();',
    ].join('\n');
    expect(withoutComments(code).replace(/ +$/gm, '')).toBe(
      [
        "const accept = '*/*';",
        'const page = `http://${host /* where */}/`;                  const re = /["/*]\\/[/"]/; run();',
      ].join('\n'),
    );
  });

  it('finds every way to import, and none in comments', () => {
    const text = [
      "import { a,\n  b } from './a.ts';",
      "import type { C } from './c.ts';",
      "import './d.ts';",
      "export { e } from './e.ts';",
      "export type { F } from './f.ts';",
      "export * from './g.ts';",
      "const later = await import('./h.ts');",
      "import i, * as j from './i.ts';",
      "/**\n * @example\nimport { x } from 'never'\n */",
      "// import 'never';",
    ].join('\n');
    expect(
      importsOf(file('x.ts', text)).map(({ from, isTypeOnly }) => (isTypeOnly ? `type ${from}` : from)),
    ).toEqual([
      ...['./a.ts', 'type ./c.ts', './d.ts', './e.ts', 'type ./f.ts', './g.ts', './i.ts', './h.ts'],
    ]);
  });

  it('lists what a door exports', () => {
    const text = "export { a, b as c, type D } from './x.ts';\nexport type { E } from './y.ts';";
    expect(exportedNames(file('index.ts', text))).toEqual(['a', 'c', 'type D', 'type E']);
    expect(exportedNames(file('index.ts', "export * from './x.ts';"))).toBeNull();
  });
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: see above

describe('rooms', () => {
  it.each([
    ['errors.ts', "import { seal } from './crypto/seal.ts';"],
    ['errors.ts', "import type { Event } from './events.ts';"],
    ['http/cookies.ts', "import { load } from '../session/load.ts';"],
    ['http/cookies.ts', "import { load } from '../config/options.ts';"],
    ['session/load.ts', "import { fetchUser } from '../provider/userinfo.ts';"],
    ['session/load.ts', "const later = import('../provider/userinfo.ts');"],
    ['session/load.ts', "export { fetchUser } from '../provider/userinfo.ts';"],
    ['session/load.ts', "import type { Guard } from '../guards/guard.ts';"],
    ['guards/guard.ts', "import { login } from '../routes/login.ts';"],
    ['guards/guard.ts', "import type { Login } from '../routes/login.ts';"],
    ['routes/login.ts', "import { createAuth } from '../create-auth.ts';"],
    ['redis.ts', "import { createAuth } from './index.ts';"],
    ['create-auth.ts', "import { createAuth } from './index.ts';"],
    ['create-auth.ts', "import { main } from './app/main.ts';"],
    ['http/cookies.ts', "import { startRedis } from '../../tests/support/redis.ts';"],
    ['lounge/sofa.ts', "import { seal } from '../crypto/seal.ts';"],
  ])('%s may not have: %s', (path, text) => expect(misdirectedImports([file(path, text)])).toHaveLength(1));

  it.each([
    ['http/cookies.ts', "import { seal } from '../crypto/seal.ts';"],
    ['http/cookies.ts', "import { judge } from './return-to.ts';"],
    ['session/load.ts', "import type { Claims } from '../identity/claims.ts';"],
    ['create-auth.ts', "import { login } from './routes/login.ts';"],
    ['index.ts', "export { createAuth } from './create-auth.ts';"],
    ['app/main.ts', "import { createAuth } from '../index.ts';"],
    ['app/main.ts', "import express from 'express';"],
  ])('%s may have: %s', (path, text) => expect(misdirectedImports([file(path, text)])).toEqual([]));

  it('let the app in by the doors alone', () => {
    const text = (from: string) => file('app/main.ts', `import { it } from '${from}';`);
    const inside = ['../crypto/seal.ts', '../create-auth.ts', '../guards/guard.ts'];
    expect(appBehindTheDoors(inside.map(text))).toHaveLength(inside.length);
    expect(appBehindTheDoors(['../index.ts', '../redis.ts', './env.ts', 'express'].map(text))).toEqual([]);
  });

  it('keep the test kit out of what runs', () => {
    const text = (path: string, from: string) => file(path, `import { it } from '${from}';`);
    const inside = [
      text('create-auth.ts', './testing/cookie-jar.ts'),
      text('app/main.ts', '../testing.ts'),
      text('index.ts', './testing/signed-in.ts'),
      file('app/main.ts', "import type { TestUser } from '../testing.ts';"),
    ];
    expect(usesOfTheTestKit(inside)).toHaveLength(inside.length);
    const outside = [text('testing.ts', './testing/signed-in.ts'), text('testing/a.ts', './provider/b.ts')];
    expect(usesOfTheTestKit(outside)).toEqual([]);
  });

  it('are only those of the plan', () => {
    expect(unknownRooms([file('http/a.ts', ''), file('lounge/b.ts', ''), file('stray.ts', '')])).toEqual([
      ...['lounge', 'stray.ts'],
    ]);
  });
});

describe('walls', () => {
  it.each([
    ['session/load.ts', "import * as openid from 'openid-client';"],
    ['guards/bearer.ts', "import { jwtVerify } from 'jose';"],
    ['local-provider/keys.ts', "import { exportJWK } from 'jose';"],
    ['stores/embedded.ts', "import { createClient } from 'redis';"],
    ['stores/redis-sessions.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ['local-provider/storage.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ['routes/login.ts', "import ejs from 'ejs';"],
    ['app/main.ts', "import { Provider } from 'oidc-provider';"],
    ['app/main.ts', "import type { Provider } from 'oidc-provider';"],
    ['session/load.ts', "import { randomBytes } from 'node:crypto';"],
    ['session/load.ts', 'const id = crypto.randomUUID();'],
    ['session/load.ts', 'const id = globalThis.crypto.subtle;'],
    ['app/main.ts', "const port = process.env['PORT'];"],
    ['app/main.ts', "const port = process['env'].PORT;"],
    ['app/main.ts', "import { env } from 'node:process';"],
    ['session/load.ts', 'const at = Date.now();'],
    ['session/load.ts', 'const clock = Date.now;'],
    ['session/load.ts', 'const at = new Date();'],
    ['session/load.ts', 'const at = new Date;'],
  ])('%s may not have: %s', (path, text) => expect(breachedWalls([file(path, text)])).toHaveLength(1));

  it.each([
    ['provider/discover.ts', "import * as openid from 'openid-client';"],
    ['stores/redis-sessions.ts', "import { createClient } from 'redis';"],
    ['stores/embedded-sessions.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ['crypto/random.ts', "import { randomBytes } from 'node:crypto';"],
    ['app/env.ts', 'const read = () => process.env;'],
    ['clock.ts', 'export const now = (): number => Date.now();'],
    ['session/load.ts', '// not Date.now(), and not process.env\nconst at = new Date(seconds * 1000);'],
    ['app/main.ts', "process.on('SIGTERM', stop);"],
  ])('%s may have: %s', (path, text) => expect(breachedWalls([file(path, text)])).toEqual([]));
});

describe('habits', () => {
  const named = (...paths: string[]) => paths.map((path) => file(path, ''));

  it('refuse names that say nothing', () => {
    expect(
      habits.emptyNames(named('http/utils.ts', 'helpers/a.ts', 'http/common-things.ts', 'http/cookies.ts')),
    ).toHaveLength(3);
    expect(
      habits.namesNotKebabCase(named('http/returnTo.ts', 'Http/a.ts', 'http/return-to.ts')),
    ).toHaveLength(2);
    expect(habits.barrels(named('http/index.ts', 'index.ts'))).toHaveLength(1);
  });

  it('want a first line that says the job', () => {
    const wrong = [
      "import 'x';",
      '',
      '// cookies',
      '\n// Says what it is for, too late',
      '// biome-ignore lint: all of it',
    ];
    expect(habits.missingOpenings(wrong.map((text, i) => file(`${i}.ts`, text)))).toHaveLength(wrong.length);
    const right = [
      '// Reads the cookie header.\n',
      '/** Reads the cookie header. */',
      '#!/usr/bin/env node\n// Starts the app.',
    ];
    expect(habits.missingOpenings(right.map((text) => file('a.ts', text)))).toEqual([]);
  });

  it('want no more than 200 lines', () => {
    expect(habits.tooLong([file('a.ts', 'x\n'.repeat(201)), file('b.ts', 'x\n'.repeat(200))])).toHaveLength(
      1,
    );
  });

  it('want doors that only re-export', () => {
    const code = "export { a } from './a.ts';\nexport const b = 1;";
    expect(habits.doorsWithCode([file('index.ts', code), file('http/a.ts', code)])).toHaveLength(1);
    expect(
      habits.doorsWithCode([file('redis.ts', "// The door.\nexport {\n  a,\n} from './a.ts';\n")]),
    ).toEqual([]);
  });

  it('want tests that run', () => {
    const silent = ['.skip(', '.only(', '.todo(', '.skipIf(x)('].map((end) => `it${end}'a', () => {});`);
    silent.push(`x${'it'}('a', run);`, `context${'.skip'}();`);
    expect(habits.silencedTests(silent.map((text) => file('a.test.ts', text)))).toHaveLength(silent.length);
    expect(habits.silencedTests([file('a.test.ts', "it('skips a cookie it cannot read', run);")])).toEqual(
      [],
    );
  });
});

describe('documents', () => {
  it('must have code that compiles', () => {
    const markdown = '```ts\nconst a: number = "one";\n```\n\n```js\nnot even this\n```\n';
    const [code = ''] = codeBlocks(markdown, 'ts');
    expect(codeBlocks(markdown, 'ts')).toHaveLength(1);
    expect(compileSnippets([{ name: 'README.md-1', code }])[0]).toContain('README.md-1.ts');
    expect(compileSnippets([{ name: 'README.md-1', code: 'const a: number = 1;' }])).toEqual([]);
  });

  it('must have links that lead somewhere', () => {
    const there = new Set(['docs/a.md', 'README.md', 'docs/picture.png']);
    const read = (): string => '# Guide\n## How it works, in short\n## Twice\n## Twice\n';
    const links = (text: string) => brokenLinks([file('docs/a.md', text)], (path) => there.has(path), read);
    const right =
      '[a](a.md#guide) [b](../README.md) ![c](picture.png) [d](https://example.test) [e](#twice-1) `[f](no.md)`';
    expect(links(`${right} [g](#how-it-works-in-short)`)).toEqual([]);
    expect(
      links('[a](b.md) [b](a.md#gone) ![c](../picture.png)\n\n[d]: missing.md\n<img src="no.png">'),
    ).toHaveLength(5);
  });

  it('must name exactly the variables that are read', () => {
    expect(environmentDrift('PORT=3000\n# HOST=\n#TRUST_PROXY=1\n', ['PORT', 'HOST', 'TRUST_PROXY'])).toEqual(
      [],
    );
    expect(environmentDrift('PORT=1\nPORT=2\nGHOST=\n', ['PORT', 'HOST'])).toHaveLength(3);
  });
});
