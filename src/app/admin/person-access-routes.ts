// Where somebody is signed in, and the keys that act for them: an administrator ends and revokes.
import { type Request, Router } from 'express';
import type { Person } from '../../directory.ts';
import { type ApiKeyRecord, asLatchkeyError, LatchkeyError } from '../../index.ts';
import { keyRow } from '../key-row.ts';
import { only } from '../method-check.ts';
import { deedOf } from '../report.ts';
import type { AdminParts } from './admin-parts.ts';
import { personOf, personView } from './person-page.ts';

const person = '/admin/people/:id';
const oneSession = `${person}/sessions/:session/end`;
const allSessions = `${person}/sessions/end`;
const oneKey = `${person}/keys/:key/revoke`;

/** Sessions and keys of one person. */
export function personAccessRoutes(parts: AdminParts): Router {
  const { auth, store, basePath, render, report, clock } = parts;
  const router = Router();
  const backTo = ({ id }: Person, done: string) =>
    `${basePath}/admin/people/${encodeURIComponent(id)}?done=${done}`;

  router.post(oneSession, async (req, res) => {
    const person = await personOf(req, parts);
    try {
      await auth.people.endSession(person, String(req.params.session));
    } catch (thrown) {
      if (asLatchkeyError(thrown).code !== 'not_found') throw thrown;
      // Pressed twice, or over meanwhile.
      return res.redirect(303, backTo(person, 'gone'));
    }
    await report.keep({ ...deedOf(req, person), type: 'person_session_ended' });
    res.redirect(303, backTo(person, 'session'));
  });
  router.post(allSessions, async (req, res) => {
    const person = await personOf(req, parts);
    const count = await auth.people.endAll(person);
    await report.keep({ ...deedOf(req, person), type: 'person_sessions_ended', count });
    res.redirect(303, backTo(person, 'sessions'));
  });
  router.get(oneKey, async (req, res) => {
    const person = await personOf(req, parts);
    const key = keyRow(await keyOf(req, person), clock());
    render(req, res, 'admin/revoke-key', 'Revoke this key?', { person: personView(person), key });
  });
  router.post(oneKey, async (req, res) => {
    const person = await personOf(req, parts);
    const { id } = await keyOf(req, person);
    await auth.apiKeys.revoke(id, deedOf(req, person));
    await report.kept();
    res.redirect(303, backTo(person, 'key'));
  });

  router.get([oneSession, allSessions], async (req, res) => {
    res.redirect(303, backTo(await personOf(req, parts), 'again'));
  });
  router.all(oneKey, only('GET, HEAD, POST'));
  return router;

  /** A key of this person: another one's id at their address is nothing. */
  async function keyOf(req: Request, owner: Person): Promise<ApiKeyRecord> {
    const key = (await store.apiKeys.list(owner)).find(({ id }) => id === req.params.key);
    if (key === undefined) throw new LatchkeyError('not_found', { detail: 'the person has no such key' });
    return key;
  }
}
