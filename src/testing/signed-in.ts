// Makes a person signed in at an app, by a real login at the test provider, and gives their cookies to the test.
import type { StoredCookie } from './cookie-jar.ts';
import { type AppUnderTest, openTarget } from './open-target.ts';
import type { LoginDetails, TestUser } from './provider/types.ts';
import { openSessionAt } from './test-session.ts';

/** The options of `signedIn`. */
export interface SignedInOptions extends LoginDetails {
  /** The app's base URL. Needed where it has a path or is https; otherwise it is learned on the way. */
  readonly baseUrl?: string;
  /** Where the login begins, below the base URL: `/login`, or a guarded page. Default: `/login`. */
  readonly loginPath?: string;
  /** Certificate authority of an https app or provider, as PEM. Default: those that Node trusts. */
  readonly ca?: string;
}

/** What Playwright takes as `storageState`. */
export interface StorageState {
  cookies: StoredCookie[];
  origins: [];
}

/** Somebody who is signed in at the app. */
export interface TestSession extends AsyncDisposable {
  readonly user: TestUser;
  /** The cookies as one header, as they are now: `request(app).get('/').set('Cookie', session.cookieHeader)`. */
  readonly cookieHeader: string;
  /** A script's request from a page of the app, with the cookies. A path is taken as a link in the app would be. */
  fetch(path: string | URL, init?: RequestInit): Promise<Response>;
  /** Opens a page, as if its address had been typed. */
  open(path: string | URL): Promise<Response>;
  /** The address of a path where the app really listens, for other clients and browsers. */
  url(path?: string): string;
  /** The cookies for a browser: `browser.newContext({ storageState: session.storageState() })`. */
  storageState(): StorageState;
  /** Takes over what another client was given: the `Set-Cookie` headers of an answer. */
  keepCookies(setCookies: string | readonly string[] | undefined): void;
  /** Signs out by the app's own way, through the provider and back. */
  signOut(): Promise<void>;
  /** Closes the port that was opened for the app. The person stays signed in. */
  close(): Promise<void>;
}

/**
 * Signs a person in by walking the app's own login at the test provider, and gives what a test needs to go on as them.
 * Nothing in the app is bypassed: the session is one like any other.
 *
 * @param app - an Express app or another request listener (it is given a free port of 127.0.0.1), a server, or the
 *   address of a running app
 * @param user - anybody: the claims need not be known to the provider
 * @throws Error when the login does not end in a session, with what was answered instead
 * @example
 * const ada = await signedIn(app, testUsers.ada);
 * const response = await ada.fetch('/api/reports');
 */
export async function signedIn(
  app: AppUnderTest,
  user: TestUser,
  options: SignedInOptions = {},
): Promise<TestSession> {
  const target = await openTarget(app);
  try {
    return await openSessionAt(target, user, options);
  } catch (error) {
    await target.close();
    throw error;
  }
}
