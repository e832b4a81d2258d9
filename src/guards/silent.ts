// What guards know of silent sign-in: the option, who may set it, and what is handed in.
import type { Request, Response } from 'express';
import { ConfigurationError } from '../errors.ts';
import type { GuardOptions } from './guards.ts';
import { loginFor, type StepUp } from './requirements.ts';

/** The options of a guard that lets anonymous visitors through. */
export interface OptionalGuardOptions extends GuardOptions {
  readonly optional: true;
  /**
   * Asks the provider once per browser session, without showing anything, whether it knows an anonymous visitor who
   * opens the page. Default: false.
   */
  readonly silent?: boolean;
}

/** Options before anybody has looked at them. */
export type AnyGuardOptions = GuardOptions & Pick<OptionalGuardOptions, 'silent'>;

/** Silent sign-in, handed in. */
export interface SilentSignIn {
  /** Some guard uses it. */
  enable(): void;
  /** True when the visitor is on the way to the provider. Never rejects. */
  attempt(req: Request, res: Response, wish: StepUp): Promise<boolean>;
}

/**
 * Switches silent sign-in on for a guard that asks for it.
 * @throws ConfigurationError where the guard is not optional
 */
export function enableSilent(silent: SilentSignIn, options: AnyGuardOptions): void {
  if (options.silent !== true) return;
  if (options.optional !== true) {
    const mend = 'Set optional: true with it, or leave it out: other guards send people to sign in anyway.';
    throw new ConfigurationError([{ name: 'silent', problem: 'is for optional guards.', mend }]);
  }
  silent.enable();
}

/** Tries it for somebody anonymous on this guard's page. True: the answer is out. */
export async function trySilently(
  silent: SilentSignIn,
  options: AnyGuardOptions,
  acrOrder: readonly string[],
  req: Request,
  res: Response,
): Promise<boolean> {
  if (options.silent !== true) return false;
  // As strong as the page asks for: a weaker sign-in would lead from a page that is open to a login.
  const wish = loginFor(options, acrOrder) ?? { acrValues: null, maxAge: null };
  return silent.attempt(req, res, wish);
}
