// What the environment variables have to fulfil together, beyond each one's own check.
import { type ConfigurationProblem, isLoopbackHost } from '../index.ts';
import { type Environment, makeSecret } from './variables.ts';

/** The problems that show only when variables are looked at together. */
export function checkTogether(environment: Environment): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const add = (name: string, problem: string, mend: string) => problems.push({ name, problem, mend });
  const production = environment.NODE_ENV === 'production';
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_AUTH: auth = 'client_secret_basic' } = environment;
  const { LOCAL_PROVIDER_URL: local } = environment;

  if (production) {
    if (issuer === undefined && local === undefined)
      add(
        'OIDC_ISSUER',
        'is not set.',
        'Set the issuer URL of your provider; a team without one sets LOCAL_PROVIDER_URL.',
      );
    if (environment.SESSION_SECRET === undefined) add('SESSION_SECRET', 'is not set.', makeSecret);
    if (environment.BASE_URL === undefined)
      add('BASE_URL', 'is not set.', 'Set the public https address of the app.');
    if ((environment.WEB_CONCURRENCY ?? 1) > 1 && environment.REDIS_URL === undefined)
      add(
        'WEB_CONCURRENCY',
        'is more than 1 without REDIS_URL: each process would count guessed passwords for itself.',
        'Set REDIS_URL, or leave WEB_CONCURRENCY at 1.',
      );
    for (const name of ['BASE_URL', 'OIDC_ISSUER', 'LOCAL_PROVIDER_URL'] as const) {
      const text = environment[name];
      if (text?.startsWith('http:') && !isLoopbackHost(new URL(text).hostname)) {
        add(
          name,
          'is plain http in production.',
          'Use https: everybody on the way could read and change what is sent.',
        );
      }
    }
  }
  if (local !== undefined) {
    if (issuer !== undefined)
      add(
        'LOCAL_PROVIDER_URL',
        'is set beside OIDC_ISSUER.',
        'People sign in at one of the two: take the other away.',
      );
    if (environment.BASE_URL !== undefined && new URL(environment.BASE_URL).origin === new URL(local).origin)
      add(
        'LOCAL_PROVIDER_URL',
        'is the address of the app.',
        'Give the local provider a host name of its own, which leads to the port after PORT.',
      );
  }
  if (issuer !== undefined) {
    if (environment.OIDC_CLIENT_ID === undefined)
      add('OIDC_CLIENT_ID', 'is not set.', 'Take it from the registration at your provider.');
    if (auth.startsWith('client_secret') && environment.OIDC_CLIENT_SECRET === undefined) {
      add(
        'OIDC_CLIENT_SECRET',
        'is not set.',
        'Take it from the registration, or choose another OIDC_CLIENT_AUTH.',
      );
    }
    if (auth === 'private_key_jwt' && environment.OIDC_CLIENT_KEY_FILE === undefined) {
      add(
        'OIDC_CLIENT_KEY_FILE',
        'is not set.',
        'Name the PEM or JWK file whose public key is registered at your provider.',
      );
    }
  }
  const port = environment.PORT ?? 3000;
  const taken = issuer === undefined ? [port, port + 1] : [port];
  if (environment.METRICS_PORT !== undefined && taken.includes(environment.METRICS_PORT)) {
    add('METRICS_PORT', 'is the port of the app or of its provider.', 'Metrics have a port of their own.');
  }
  const idle = environment.SESSION_IDLE_SECONDS;
  if (idle !== undefined && idle > (environment.SESSION_ABSOLUTE_SECONDS ?? 604_800)) {
    add(
      'SESSION_IDLE_SECONDS',
      'is longer than SESSION_ABSOLUTE_SECONDS.',
      'Make it shorter, or the absolute limit longer.',
    );
  }
  if (environment.OIDC_USERINFO === 'never' && environment.OIDC_USERINFO_SECONDS !== undefined) {
    add(
      'OIDC_USERINFO_SECONDS',
      'has no meaning: OIDC_USERINFO says that userinfo is never asked.',
      'Take one of the two away.',
    );
  }
  return problems;
}
