// The compiler knows what a guard promises: who is surely there, and who may be nobody.
import express, { type Request } from 'express';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { memorySessions } from '../../../src/embedded.ts';
import { createAuth, type GuardOptions, type RequestAuth, type User } from '../../../src/index.ts';

const auth = createAuth({
  issuer: 'https://login.example.test',
  clientId: 'app',
  clientSecret: 'secret',
  baseUrl: 'https://app.example.test',
  sessionSecret: 'a secret of more than thirty-two characters',
  sessions: memorySessions(),
});
const app = express();

describe('the types of a guard', () => {
  it('say that the user is there behind currentUser()', () => {
    app.get(
      '/1',
      auth.currentUser().handle((req, res) => {
        expectTypeOf(req.user).toEqualTypeOf<User>();
        expectTypeOf(req.user.name).toEqualTypeOf<string | undefined>();
        expectTypeOf(req.user.email_verified).toEqualTypeOf<boolean | undefined>();
        expectTypeOf(req.user['https://example.test/claim']).toEqualTypeOf<unknown>();
        expectTypeOf(req.auth).toEqualTypeOf<RequestAuth>();
        expectTypeOf(req.auth.accessToken()).toEqualTypeOf<Promise<string>>();
        res.send(req.user.sub);
      }),
    );
  });

  it('say so with other options too', () => {
    const guards = [
      auth.currentUser({ permissions: ['reports:read'] }),
      auth.currentUser({ optional: false, maxAge: 60 }),
    ];
    for (const guard of guards)
      app.get(
        '/2',
        guard.handle((req) => expectTypeOf(req.user).toEqualTypeOf<User>()),
      );
  });

  it('say that the user may be null behind an optional guard', () => {
    app.get(
      '/3',
      auth.currentUser({ optional: true }).handle((req, res) => {
        expectTypeOf(req.user).toEqualTypeOf<User | null>();
        expectTypeOf(req.auth).toEqualTypeOf<RequestAuth | null>();
        // @ts-expect-error Nobody may be there.
        res.send(() => req.user.sub);
      }),
    );
  });

  it('say that authenticated gives no user', () => {
    app.get(
      '/4',
      auth.authenticated().handle((req) => {
        expectTypeOf(req.user).toEqualTypeOf<undefined>();
        expectTypeOf(req.auth).toEqualTypeOf<RequestAuth>();
      }),
      auth.authenticated({ optional: true }).handle((req) => {
        expectTypeOf(req.auth).toEqualTypeOf<RequestAuth | null>();
      }),
    );
  });

  it('allow for null where options come from elsewhere', () => {
    const options: GuardOptions = { roles: ['editor'] };
    auth.currentUser(options).handle((req) => expectTypeOf(req.user).toEqualTypeOf<User | null>());
    auth.authenticated(options).handle((req) => expectTypeOf(req.auth).toEqualTypeOf<RequestAuth | null>());
  });

  it('refuse what no guard knows', () => {
    // @ts-expect-error There is no such option.
    expect(() => auth.currentUser({ permission: 'admin' })).toThrow(/permission/);
    // @ts-expect-error A single name is not a list.
    expect(() => auth.currentUser({ scope: 'reports' })).toThrow(/scope/);
    // @ts-expect-error There is no such way.
    auth.currentUser({ unauthenticated: 'ignore' });
  });

  it('take silent sign-in for optional guards alone', () => {
    const guard = auth.currentUser({ optional: true, silent: true });
    guard.handle((req) => expectTypeOf(req.user).toEqualTypeOf<User | null>());
    // @ts-expect-error It has nothing to do where people are sent to sign in.
    expect(() => auth.currentUser({ silent: true })).toThrow(/silent/);
    // @ts-expect-error The same, said outright.
    expect(() => auth.authenticated({ optional: false, silent: true })).toThrow(/silent/);
  });

  it('let a guard stand before any Express handler', () => {
    app.get('/', auth.currentUser(), (req, res) => {
      expectTypeOf(req).toExtend<Request>();
      res.send(req.user?.sub);
    });
    app.use('/area', auth.authenticated({ scope: ['a'] }));
    expect(typeof auth.currentUser()).toBe('function');
  });
});
