// The directory with every question to it timed.
import type { CallListener } from '../config/call-listener.ts';
import type { PeopleDirectory } from '../config/people-directory.ts';
import { timedPort } from '../tracing/timed-call.ts';

export function timedDirectory(
  directory: PeopleDirectory,
  listener: CallListener | undefined,
): PeopleDirectory {
  return timedPort(directory, 'directory', '', ['signedIn', 'rightsOf'], listener);
}
