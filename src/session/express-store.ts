// express-session's store on top of our backends: hashed ids, no resurrection, no write that changes nothing.
import type { Request } from 'express';
import { type Session, type SessionData, Store } from 'express-session';
import type { RecordBackend } from '../config/session-stores.ts';
import { storeIdOf } from './session-cookie.ts';

type Callback = (error?: unknown) => void;

/**
 * express-session reads a session when a request begins and writes it back when it ends. Two things go wrong
 * with that, and are mended here: a slow request brings back a session that was ended meanwhile (so a session
 * that was loaded is only ever updated, never created, and only in the app's part), and `regenerate` plus `save`
 * writes twice.
 */
export class ExpressStore extends Store {
  readonly #records: RecordBackend;
  readonly #isTouchDue: (session: SessionData) => boolean;
  /** What is known to stand in the store for a session object of this process. */
  readonly #stored = new WeakMap<object, string>();

  constructor(records: RecordBackend, isTouchDue: (session: SessionData) => boolean) {
    super();
    this.#records = records;
    this.#isTouchDue = isTouchDue;
  }

  /** Whether this session was read from the store or written to it, and did not begin on this very request. */
  knows(session: object): boolean {
    return this.#stored.has(session);
  }

  override get(sessionId: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    this.#records.read(storeIdOf(sessionId)).then(
      (session) => callback(null, session),
      (error) => callback(error),
    );
  }

  override createSession(req: Request, data: SessionData): Session & SessionData {
    const session = super.createSession(req, data);
    this.#stored.set(session, contentOf(session));
    return session;
  }

  override set(sessionId: string, session: SessionData, callback: Callback = () => {}): void {
    const content = contentOf(session);
    const before = this.#stored.get(session);
    if (before === content) {
      callback();
      return;
    }
    const id = storeIdOf(sessionId);
    const written =
      before === undefined ? this.#records.insert(id, session) : this.#records.update(id, session);
    written.then(() => {
      this.#stored.set(session, content);
      callback();
    }, callback);
  }

  override touch(sessionId: string, session: SessionData, callback: Callback = () => {}): void {
    if (this.#isTouchDue(session)) {
      this.#records.touch(storeIdOf(sessionId), session).then(() => callback(), callback);
    } else {
      callback();
    }
  }

  override destroy(sessionId: string, callback: Callback = () => {}): void {
    this.#records.remove(storeIdOf(sessionId)).then(() => callback(), callback);
  }
}

/** What the app keeps in a session: all that an update writes. latchkey's part is written by latchkey alone. */
function contentOf(session: SessionData): string {
  const { seenAt: _, latchkey: __, ...content } = session;
  return JSON.stringify(content);
}
