// Your devices: where a person is signed in, for them to see, and to end from where they are.
import type { Request } from 'express';
import { sha256 } from '../crypto/digest.ts';
import { LatchkeyError } from '../errors.ts';
import type { EventContext } from '../events.ts';
import { hasSameOriginProof, isSafeMethod } from '../http/same-origin.ts';
import { describeUserAgent } from '../http/user-agent.ts';
import type { EndSome } from './end-some.ts';
import type { SessionLimits } from './lifetimes.ts';
import type { LoadedSession, LoadSession } from './load-session.ts';
import type { SessionsOf } from './sessions-of.ts';

/** One place where a person is signed in. Texts are what a browser or a lookup said: escape them. */
export interface Device {
  /** Names it in addresses and forms. Made from the session, and of no use as a cookie. */
  readonly id: string;
  /** Whether it is the one that asks. */
  readonly current: boolean;
  /** When they signed in there, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The last visit that was noted, in milliseconds since the epoch: late by a tenth of the idle limit at most. */
  readonly lastSeenAt: number;
  /** Such as `Firefox`; null when it is none that is known. */
  readonly browser: string | null;
  /** Such as `Windows`, `iPhone`; null when it is none that is known. */
  readonly system: string | null;
  /** What the browser called itself at login, shortened. */
  readonly userAgent: string;
  /** Coarse place of the login: what `placeOf` said, or the network of the address. Null: not known. */
  readonly place: string | null;
}

/**
 * The devices of the person behind a request, found by its session cookie. Each rejects with `unauthenticated` when
 * nobody is signed in, and with `store_unavailable` when the session store cannot be reached.
 */
export interface Devices {
  /** This one first, then the last seen. */
  list(req: Request): Promise<readonly Device[]>;
  /**
   * Ends one other device for good. Its tokens are revoked, and its next login asks for the password.
   * Rejects with `not_found` when the person has no such device, whoever else has; with `request_malformed` when it is
   * the one that asks, which is what `/logout` is for; with `cross_site_request` without proof of its origin, as
   * guards do.
   * @param id - {@link Device.id}
   */
  end(req: Request, id: string): Promise<void>;
  /**
   * Ends all devices but the one that asks, in the same way.
   * @returns how many there were
   */
  endOthers(req: Request): Promise<number>;
}

/** What devices need. */
export interface DevicesParts {
  readonly issuer: string;
  readonly baseUrl: URL;
  readonly load: LoadSession;
  readonly sessionsOf: SessionsOf;
  readonly endSome: EndSome;
  readonly limits: SessionLimits;
  readonly contextOf: (req: Request) => EventContext;
}

export function createDevices(parts: DevicesParts): Devices {
  const { sessionsOf, endSome, contextOf } = parts;
  const reason = 'ended_elsewhere';
  return {
    async list(req) {
      const own = await ownSession(req, parts);
      const others = (await sessionsOf(own.record)).filter(({ storeId }) => storeId !== own.storeId);
      return devicesOf([own, ...others], own.storeId, parts.limits.clock());
    },
    async end(req, id) {
      const own = await ownSession(req, parts);
      requireProof(req, parts.baseUrl);
      if (deviceId(own) === id) {
        throw new LatchkeyError('request_malformed', { detail: 'this very session ends by signing out' });
      }
      const sessions = await sessionsOf(own.record);
      const ending = sessions.filter((session) => deviceId(session) === id);
      if (ending.length === 0)
        throw new LatchkeyError('not_found', { detail: 'the person has no such device' });
      const staying = [own, ...sessions.filter((session) => !ending.includes(session))];
      await endSome({ ending, staying, reason }, contextOf(req));
    },
    async endOthers(req) {
      const own = await ownSession(req, parts);
      requireProof(req, parts.baseUrl);
      const ending = (await sessionsOf(own.record)).filter(({ storeId }) => storeId !== own.storeId);
      await endSome({ ending, staying: [own], reason }, contextOf(req));
      return ending.length;
    },
  };
}

async function ownSession(req: Request, { load, issuer }: DevicesParts): Promise<LoadedSession> {
  const session = await load(req);
  if (typeof session === 'string' || session.record.issuer !== issuer) {
    throw new LatchkeyError('unauthenticated', { detail: 'devices are those of the session that asks' });
  }
  return session;
}

/** A guard asks for it as well, but not where an app has forgotten the guard or takes a GET for it. */
function requireProof(req: Request, baseUrl: URL): void {
  if (isSafeMethod(req.method) || !hasSameOriginProof(req, baseUrl)) {
    throw new LatchkeyError('cross_site_request');
  }
}

/** A digest of the store's id, which is a digest of the cookie's: neither can be found from it. */
export function deviceId({ storeId }: LoadedSession): string {
  return sha256(`device:${storeId}`);
}

/**
 * Sessions as devices, that of the one who asks first, then the last seen.
 * @param ownStoreId - the session that asks; null: none of them
 */
export function devicesOf(
  sessions: readonly LoadedSession[],
  ownStoreId: string | null,
  now: number,
): readonly Device[] {
  const devices = sessions.map((session): Device => {
    const device = deviceOf(session);
    return session.storeId === ownStoreId ? { ...device, current: true, lastSeenAt: now } : device;
  });
  return devices.sort((a, b) => Number(b.current) - Number(a.current) || b.lastSeenAt - a.lastSeenAt);
}

function deviceOf(session: LoadedSession): Device {
  const { startedAt, device: userAgent, place } = session.record;
  const lastSeenAt = session.data.seenAt ?? startedAt;
  const id = deviceId(session);
  return { id, current: false, startedAt, lastSeenAt, ...describeUserAgent(userAgent), userAgent, place };
}
