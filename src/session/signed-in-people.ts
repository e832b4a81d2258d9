// Where people are signed in, for those who administer them: what changed about a person, their sessions, ending them.
import type { Request } from 'express';
import type { PersonKey } from '../config/people-directory.ts';
import { ConfigurationError, LatchkeyError } from '../errors.ts';
import { type Device, deviceId, devicesOf } from './devices.ts';
import type { EndSome } from './end-some.ts';
import type { SessionLimits } from './lifetimes.ts';
import type { LoadSession } from './load-session.ts';
import type { LocalRightsOfSessions } from './local-rights.ts';
import type { SessionsOf } from './sessions-of.ts';

/**
 * The sessions of any person, for pages that administer people: who may call these is for your guards to say. A
 * person is issuer and subject, exactly; the issuer as the provider or as the directory has it. Each rejects with
 * `store_unavailable` when a store cannot be reached, and may then be called again.
 */
export interface SignedInPeople {
  /**
   * To be called after each change of a person in the directory: reads what they may now, and has it in every live
   * session of theirs on every node. Disabled or removed: their sessions end, and the tokens are revoked. Resolves
   * when that is done; the next request counts by it.
   */
  changed(person: PersonKey): Promise<void>;
  /**
   * Where the person is signed in, the last seen first.
   * @param asking - the request that asks; its own session is marked as `current`
   */
  sessions(person: PersonKey, asking?: Request): Promise<readonly Device[]>;
  /**
   * Ends one of them; its tokens are revoked, and its next login asks for the password. Rejects with `not_found` when
   * this person has no such session.
   * @param id - {@link Device.id}
   */
  endSession(person: PersonKey, id: string): Promise<void>;
  /**
   * Ends all of them in the same way, such as after a change of the password.
   * @param options.except - the request whose own session stays
   * @returns how many there were
   */
  endAll(person: PersonKey, options?: { readonly except?: Request }): Promise<number>;
}

/** What it needs. */
export interface SignedInPeopleParts {
  readonly hasDirectory: boolean;
  /** The person as sessions know them. */
  readonly inSessions: (person: PersonKey) => PersonKey;
  readonly load: LoadSession;
  readonly sessionsOf: SessionsOf;
  /** Also those that are over by limits that may be lengthened again. */
  readonly everySessionOf: SessionsOf;
  readonly endSome: EndSome;
  readonly rights: LocalRightsOfSessions;
  readonly limits: SessionLimits;
}

const reason = 'ended_elsewhere';

export function createSignedInPeople(parts: SignedInPeopleParts): SignedInPeople {
  const { inSessions, sessionsOf, everySessionOf, endSome, rights, limits } = parts;
  const ownId = async (req: Request | undefined): Promise<string | null> => {
    const session = req === undefined ? 'absent' : await parts.load(req);
    return typeof session === 'string' ? null : session.storeId;
  };
  return {
    async changed(person) {
      if (!parts.hasDirectory) throw noDirectory();
      await rights.push(inSessions(person), {});
    },
    async sessions(person, asking) {
      const sessions = await sessionsOf(inSessions(person));
      return devicesOf(sessions, await ownId(asking), limits.clock());
    },
    async endSession(person, id) {
      const sessions = await everySessionOf(inSessions(person));
      const ending = sessions.filter((session) => deviceId(session) === id);
      if (ending.length === 0) {
        throw new LatchkeyError('not_found', { detail: 'the person has no such session' });
      }
      const staying = sessions.filter((session) => !ending.includes(session));
      await endSome({ ending, staying, reason }, {});
    },
    async endAll(person, { except } = {}) {
      const own = await ownId(except);
      const sessions = await everySessionOf(inSessions(person));
      const ending = sessions.filter(({ storeId }) => storeId !== own);
      const staying = sessions.filter(({ storeId }) => storeId === own);
      await endSome({ ending, staying, reason }, {});
      return ending.length;
    },
  };
}

function noDirectory(): ConfigurationError {
  const mend = 'Give the directory that people are changed in.';
  return new ConfigurationError([
    { name: 'directory', problem: 'is missing, and people are changed.', mend },
  ]);
}
