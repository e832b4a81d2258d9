// The provider's metadata without a copy: openid-client gives out a deep one each time it is asked.
import type { Configuration } from 'openid-client';
import { createNote } from '../request-notes.ts';

/** What the provider says about itself (OpenID Connect Discovery section 3). Not to be changed by anybody. */
export type ServerMetadata = Readonly<ReturnType<Configuration['serverMetadata']>>;

const known = createNote<ServerMetadata>();

/** The metadata of a configuration, which stays as it is for as long as the configuration lives. */
export function serverOf(configuration: Configuration): ServerMetadata {
  let server = known.get(configuration);
  if (server === undefined) {
    server = configuration.serverMetadata();
    known.set(configuration, server);
  }
  return server;
}
