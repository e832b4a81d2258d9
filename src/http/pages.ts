// The few pages latchkey shows itself, as data: an app renders them in its own look.
import type { Request, Response } from 'express';

/** What a failure page shows. All of it is plain text and hostile until escaped. */
export interface FailureView {
  readonly status: number;
  readonly code: string;
  readonly heading: string;
  readonly text: string;
  readonly action: { readonly label: string; readonly href: string } | null;
  /** The provider's own words. */
  readonly providerText: string | null;
  readonly needed: {
    readonly kind: 'permission' | 'scope' | 'role';
    readonly names: readonly string[];
  } | null;
  /** The request id in the log. */
  readonly reference: string;
}

/** What the sign-out page shows: a form that posts to `action`. */
export interface LogoutView {
  readonly action: string;
}

/** What people see after signing out. */
export interface SignedOutView {
  readonly signInHref: string;
}

/** Renders pages. Status and caching headers are set before; each method ends the response. */
export interface Pages {
  failure(req: Request, res: Response, view: FailureView): void | Promise<void>;
  logout(req: Request, res: Response, view: LogoutView): void | Promise<void>;
  signedOut(req: Request, res: Response, view: SignedOutView): void | Promise<void>;
}
