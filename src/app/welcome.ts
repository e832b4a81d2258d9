// What is said in the terminal: to somebody who tries latchkey out, and to whoever sets it up.
import { demoHints } from './demo-users.ts';

/** Prints the address and the demo users. */
export function printWelcome(baseUrl: string, issuer: string): void {
  const users = demoHints.map(({ login, password, about }) => `    ${login} / ${password}   ${about}`);
  const lines = [
    '',
    `  latchkey is running: ${baseUrl}`,
    '',
    '  Sign in with one of the demo users:',
    ...users,
    '',
    `  They come from the built-in local provider at ${issuer}.`,
    '  Set OIDC_ISSUER to use your own provider; .env.example has every setting.',
    '',
    '',
  ];
  process.stdout.write(lines.join('\n'));
}

/**
 * Prints the one-time secret of the first start. It goes to the terminal and not to the log: it is worth an
 * administrator until it is used or a day has passed.
 */
export function printSetup(baseUrl: string, secret: string): void {
  const lines = [
    '',
    '  No account that is kept here may administer yet. To make the first one, open',
    `    ${baseUrl.replace(/\/+$/, '')}/setup`,
    '  and enter this setup code. It works once, and for one day:',
    `    ${secret}`,
    '',
    '',
  ];
  process.stdout.write(lines.join('\n'));
}
