// What is wrong with the options of createAuth taken together, each with its mend.
import { isPrivateKey } from '../crypto/private-key.ts';
import type { ConfigurationProblem } from '../errors.ts';
import { isSecureEnough } from './insecure-url.ts';
import type { AuthOptions } from './options.ts';

/** The shortest secret that is taken, in characters. */
export const minSecretLength = 32;

/** Everything that is wrong with options taken together, and that the form of each alone does not show. */
export function optionProblems(options: AuthOptions, allowInsecureHttp: boolean): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const add = (name: string, problem: string, mend: string) => problems.push({ name, problem, mend });

  for (const name of ['issuer', 'baseUrl'] as const) {
    const text = options[name];
    if (typeof text !== 'string' || !URL.canParse(text)) continue;
    if (/^http:/.test(text) && !isSecureEnough(new URL(text), allowInsecureHttp)) {
      add(name, 'is plain http on a host that is not this machine.', 'Use https.');
    }
  }
  const secrets = [options.sessionSecret ?? []].flat();
  if (secrets.length === 0)
    add('sessionSecret', 'is missing.', 'Give at least one secret, such as from `openssl rand -base64 48`.');
  if (secrets.some((secret) => typeof secret !== 'string' || secret.length < minSecretLength)) {
    add(
      'sessionSecret',
      `has a secret of fewer than ${minSecretLength} characters.`,
      'Make one with `openssl rand -base64 48`.',
    );
  }
  const auth = options.clientAuth ?? 'client_secret_basic';
  if ((auth === 'client_secret_basic' || auth === 'client_secret_post') && !options.clientSecret) {
    add(
      'clientSecret',
      `is missing, and clientAuth is ${auth}.`,
      'Take it from your provider, or choose another clientAuth.',
    );
  }
  if (auth === 'private_key_jwt' && !options.clientKey) {
    add(
      'clientKey',
      'is missing, and clientAuth is private_key_jwt.',
      'Give the private key as PEM (PKCS #8) or JWK.',
    );
  }
  if (auth === 'private_key_jwt' && options.clientKey && !isPrivateKey(options.clientKey)) {
    add(
      'clientKey',
      'is not a private key.',
      'Give it as PEM (PKCS #8, "BEGIN PRIVATE KEY") or as a JWK in JSON.',
    );
  }
  if (options.idleSeconds !== undefined && options.idleSeconds > (options.absoluteSeconds ?? 604_800)) {
    add(
      'idleSeconds',
      'is longer than absoluteSeconds.',
      'Make it shorter: a session never outlives the absolute limit.',
    );
  }
  if (options.userinfoSeconds !== undefined && options.userinfo === 'never') {
    add(
      'userinfoSeconds',
      'has no meaning: userinfo is never asked.',
      'Leave it out, or set userinfo to login.',
    );
  }
  const { userinfoCache: cache } = options;
  if (cache !== undefined && options.userinfoSeconds === undefined) {
    add('userinfoCache', 'needs userinfoSeconds.', 'Say for how long userinfo counts as new.');
  }
  if (cache !== undefined && (typeof cache?.get !== 'function' || typeof cache.set !== 'function')) {
    add('userinfoCache', 'has no get and set.', 'Give both as functions that return promises.');
  }
  const { directory } = options;
  const isDirectory = typeof directory?.signedIn === 'function' && typeof directory.rightsOf === 'function';
  if (directory !== undefined && !isDirectory) {
    add('directory', 'has no signedIn and rightsOf.', 'Give both as functions that return promises.');
  }
  if (options.directoryIssuer !== undefined && directory === undefined) {
    add('directoryIssuer', 'has no meaning without a directory.', 'Leave it out, or give a directory.');
  }
  const { audience, baseUrl, protectedResource } = options;
  const site = URL.canParse(baseUrl) ? new URL(baseUrl).href.replace(/\/+$/, '') : null;
  const isResource = audience === undefined || site === null || audience === site;
  if (protectedResource !== undefined && !isResource) {
    add(
      'protectedResource',
      'tells programs to ask for tokens for the base URL, and audience is something else.',
      'Leave one of the two out, or make audience the base URL without a slash at its end.',
    );
  }
  if (typeof options.sessions !== 'function') {
    add('sessions', 'is missing.', 'Give redisSessions(url) or embeddedSessions(path).');
  }
  return problems;
}
