// What the pages need on which people change what is their own.
import type { Request } from 'express';
import type { Clock, Person } from '../../directory.ts';
import { type Auth, LatchkeyError } from '../../index.ts';
import type { AppDirectory } from '../app-directory.ts';
import type { RenderPage } from '../pages.ts';
import type { Report } from '../report.ts';

/** Parts of the pages. */
export interface OwnParts {
  readonly auth: Auth;
  readonly directory: AppDirectory;
  /** What the provider's issuer is called in the directory. */
  readonly directoryIssuer: (issuer: string) => string;
  readonly basePath: string;
  readonly render: RenderPage;
  readonly report: Report;
  readonly clock: Clock;
}

/** The person who asks, as the directory has them. */
export async function ownPerson(req: Request, parts: OwnParts): Promise<Person> {
  const { issuer = '', subject = '' } = req.auth ?? {};
  const key = { issuer: parts.directoryIssuer(issuer), subject };
  const person = await parts.directory.store.people.findByKey(key);
  if (person === null) throw new LatchkeyError('not_found', { detail: 'the directory does not know them' });
  return person;
}
