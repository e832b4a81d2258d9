// All that follows from one person having several sessions: devices, the limit, local rights, and what ended elsewhere.
import type { LocalRights, PersonKey } from '../config/people-directory.ts';
import type { OnceBackend } from '../config/session-stores.ts';
import { createDevices, type Devices, type DevicesParts } from './devices.ts';
import { createEndSome, type EndSomeParts } from './end-some.ts';
import { createEndedElsewhere, type EndedElsewhere, type EndedElsewhereParts } from './ended-elsewhere.ts';
import {
  createLocalRights,
  type LocalRightsOfSessions,
  type LocalRightsParts,
  noLocalRights,
} from './local-rights.ts';
import { createSessionLimit, type SessionLimit, type SessionLimitParts } from './session-limit.ts';
import { createSessionsOf, type SessionsOfParts } from './sessions-of.ts';
import { createSignedInPeople, type SignedInPeople, type SignedInPeopleParts } from './signed-in-people.ts';

/** What it needs. */
export type SeveralSessionsParts = SessionsOfParts &
  EndedElsewhereParts &
  Omit<EndSomeParts, 'endedElsewhere'> &
  Omit<DevicesParts, 'sessionsOf' | 'endSome'> &
  Omit<LocalRightsParts, 'rightsOf' | 'everySessionOf' | 'endSome'> &
  Pick<SignedInPeopleParts, 'inSessions'> &
  Pick<SessionLimitParts, 'limit'> & {
    readonly once: OnceBackend;
    /** Null: there is no directory. */
    readonly rightsOf: ((person: PersonKey) => Promise<LocalRights | null>) | null;
  };

/** What it gives. */
export interface SeveralSessions {
  readonly devices: Devices;
  readonly sessionLimit: SessionLimit;
  readonly endedElsewhere: EndedElsewhere;
  readonly rights: LocalRightsOfSessions;
  readonly people: SignedInPeople;
}

export function createSeveralSessions(parts: SeveralSessionsParts): SeveralSessions {
  const sessionsOf = createSessionsOf(parts);
  const endedElsewhere = createEndedElsewhere(parts);
  const endSome = createEndSome({ ...parts, endedElsewhere });
  const forEver = { ...parts.limits, idleSeconds: Infinity, absoluteSeconds: Infinity };
  const everySessionOf = createSessionsOf({ ...parts, limits: forEver });
  const { rightsOf } = parts;
  const rights =
    rightsOf === null ? noLocalRights : createLocalRights({ ...parts, rightsOf, everySessionOf, endSome });
  const hasDirectory = rightsOf !== null;
  return {
    rights,
    people: createSignedInPeople({ ...parts, sessionsOf, everySessionOf, endSome, rights, hasDirectory }),
    devices: createDevices({ ...parts, sessionsOf, endSome }),
    sessionLimit: createSessionLimit({ limit: parts.limit, sessionsOf, endSome }),
    endedElsewhere,
  };
}
