// What somebody who tries latchkey out reads in the terminal.
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
