// All that follows from one person having several sessions: devices, the limit, and what ended elsewhere.
import type { OnceBackend } from '../config/session-stores.ts';
import { createDevices, type Devices, type DevicesParts } from './devices.ts';
import { createEndSome, type EndSomeParts } from './end-some.ts';
import { createEndedElsewhere, type EndedElsewhere, type EndedElsewhereParts } from './ended-elsewhere.ts';
import { createSessionLimit, type SessionLimit, type SessionLimitParts } from './session-limit.ts';
import { createSessionsOf, type SessionsOfParts } from './sessions-of.ts';

/** What it needs. */
export type SeveralSessionsParts = SessionsOfParts &
  EndedElsewhereParts &
  Omit<EndSomeParts, 'endedElsewhere'> &
  Omit<DevicesParts, 'sessionsOf' | 'endSome'> &
  Pick<SessionLimitParts, 'limit'> & { readonly once: OnceBackend };

/** What it gives. */
export interface SeveralSessions {
  readonly devices: Devices;
  readonly sessionLimit: SessionLimit;
  readonly endedElsewhere: EndedElsewhere;
}

export function createSeveralSessions(parts: SeveralSessionsParts): SeveralSessions {
  const sessionsOf = createSessionsOf(parts);
  const endedElsewhere = createEndedElsewhere(parts);
  const endSome = createEndSome({ ...parts, endedElsewhere });
  return {
    devices: createDevices({ ...parts, sessionsOf, endSome }),
    sessionLimit: createSessionLimit({ limit: parts.limit, sessionsOf, endSome }),
    endedElsewhere,
  };
}
