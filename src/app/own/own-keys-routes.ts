// Your API keys: making one, which is shown once, and revoking.
import { type Request, type Response, Router } from 'express';
import type { Person } from '../../directory.ts';
import { type ApiKeyRecord, LatchkeyError } from '../../index.ts';
import { formField } from '../form-fields.ts';
import { keyRow, keyState } from '../key-row.ts';
import { only } from '../method-check.ts';
import { deedOf } from '../report.ts';
import { type OwnParts, ownPerson } from './own-parts.ts';

const oneKey = '/profile/keys/:key/revoke';
const days = ['30', '90', '365', 'never'];
const dayMs = 24 * 60 * 60 * 1000;
const longestName = 200;
/** Of those that are good. Somebody who needs more of them needs something else. */
const mostKeys = 50;

/** `/profile/keys`. */
export function ownKeysRoutes(parts: OwnParts): Router {
  const { auth, directory, basePath, render, report, clock } = parts;
  const { apiKeys } = directory.store;
  const router = Router();
  const show = async (req: Request, res: Response, person: Person, typed: string, error: string | null) => {
    const keys = await apiKeys.list(person);
    render(req, res, 'own/keys', 'Your API keys', {
      wide: true,
      keys: keys.map((key) => keyRow(key, clock())),
      days,
      typed,
      error,
      notice: req.query.done === 'revoked' ? revoked : null,
    });
  };

  router.get('/profile/keys', async (req, res) => show(req, res, await ownPerson(req, parts), '', null));
  router.post('/profile/keys', async (req, res) => {
    const owner = await ownPerson(req, parts);
    const [name, ends] = [formField(req, 'name').trim(), formField(req, 'days')];
    if (!days.includes(ends)) throw new LatchkeyError('request_malformed', { detail: 'no such time' });
    const error = await problemOf(name, owner);
    if (error !== null) {
      res.status(400);
      return show(req, res, owner, name, error);
    }
    const expiresAt = ends === 'never' ? null : clock() + Number(ends) * dayMs;
    const { issuer, subject, permissions, roles } = owner;
    const wanted = { name, owner: { issuer, subject }, permissions, roles, expiresAt };
    const { key, record } = await auth.apiKeys.create(wanted, deedOf(req, owner));
    // A key that is made is shown, whatever becomes of its entry: it is in the log, and written when that can be.
    await report.kept().catch(() => {});
    render(req, res, 'own/new-key', 'Your new key', { key, name: record.name });
  });
  router.get(oneKey, async (req, res) => {
    const key = keyRow(await keyOf(req, await ownPerson(req, parts)), clock());
    render(req, res, 'own/revoke-key', 'Revoke this key?', { key });
  });
  router.post(oneKey, async (req, res) => {
    const owner = await ownPerson(req, parts);
    const { id } = await keyOf(req, owner);
    await auth.apiKeys.revoke(id, deedOf(req, owner));
    await report.kept();
    res.redirect(303, `${basePath}/profile/keys?done=revoked`);
  });
  router.all(['/profile/keys', oneKey], only('GET, HEAD, POST'));
  return router;

  async function problemOf(name: string, owner: Person): Promise<string | null> {
    if (name === '') return 'Say what the key is for.';
    if (name.length > longestName) return `It has at most ${longestName} characters.`;
    const now = clock();
    const good = (await apiKeys.list(owner)).filter((key) => keyState(key, now) === 'good');
    return good.length < mostKeys ? null : `You have ${mostKeys} keys. Revoke one that you do not need.`;
  }

  /** One of their own: somebody else's id is nothing here. */
  async function keyOf(req: Request, owner: Person): Promise<ApiKeyRecord> {
    const key = (await apiKeys.list(owner)).find(({ id }) => id === req.params.key);
    if (key === undefined) throw new LatchkeyError('not_found', { detail: 'they have no such key' });
    return key;
  }
}

const revoked = { kind: 'success', text: 'The key is revoked.' } as const;
