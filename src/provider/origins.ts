// The origins of the provider's pages, as far as its metadata names them.
import type { Configuration } from 'openid-client';
import { serverOf } from './server-metadata.ts';

/** Origins that a browser is sent to: the issuer's, and those of the authorization and end_session endpoints. */
export function originsIn(configuration: Configuration | null, issuer: string): readonly string[] {
  const server = configuration === null ? undefined : serverOf(configuration);
  const urls = [issuer, server?.authorization_endpoint, server?.end_session_endpoint];
  return [...new Set(urls.filter((url) => url !== undefined).map((url) => new URL(url).origin))];
}
