// Your devices: the page that lists where somebody is signed in, and the two forms on it.
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { type Auth, asLatchkeyError, type Device, isPageNavigation } from '../index.ts';
import { only } from './method-check.ts';
import type { RenderPage } from './pages.ts';

/** What the page may say has been done. Addresses choose among these; their text is never shown. */
const notices = {
  one: { kind: 'success', text: 'That device is signed out. It has to sign in again to come back.' },
  others: { kind: 'success', text: 'You are signed out on all other devices. This is the only one left.' },
  gone: {
    kind: 'warning',
    text: 'That device is not in your list. It may have been signed out already; nothing else has changed.',
  },
} as const;

/** `/sessions`, `/sessions/:id/end` and `/sessions/end-others`. */
export function sessionRoutes(auth: Auth, basePath: string, render: RenderPage): Router {
  const router = Router();
  const page = `${basePath}/sessions`;
  const show = async (req: Request, res: Response, done: unknown) => {
    const devices = await auth.devices.list(req);
    // A link may name any of the notices, so the one that can be looked up is.
    const untrue = done === 'others' && devices.length > 1;
    const notice = isNotice(done) && !untrue ? notices[done] : null;
    render(req, res, 'sessions', 'Your devices', {
      devices: devices.map(inWords),
      notice,
    });
  };

  // Whoever has to sign in first comes back by GET: to the list, and not to where a form is posted.
  const forPeople = auth.currentUser({ onUnauthenticated: (_req, res) => res.redirect(303, page) });
  const forScripts = auth.currentUser();
  const signedIn: RequestHandler = (req, res, next) => {
    (isPageNavigation(req) ? forPeople : forScripts)(req, res, next);
  };

  router.get('/sessions', auth.currentUser(), async (req, res) => {
    await show(req, res, req.query.done);
  });
  router.post('/sessions/end-others', signedIn, async (req, res) => {
    await auth.devices.endOthers(req);
    res.redirect(303, `${page}?done=others`);
  });
  router.post('/sessions/:id/end', signedIn, async (req, res) => {
    try {
      await auth.devices.end(req, String(req.params.id));
    } catch (thrown) {
      if (asLatchkeyError(thrown).code !== 'not_found' || !isPageNavigation(req)) throw thrown;
      // Pressed twice, or ended from elsewhere meanwhile: the list says more than a page without anything.
      res.status(404);
      return show(req, res, 'gone');
    }
    res.redirect(303, `${page}?done=one`);
  });
  router.all(['/sessions/end-others', '/sessions/:id/end'], only('POST'));
  router.all('/sessions', only('GET, HEAD'));
  return router;
}

function isNotice(name: unknown): name is keyof typeof notices {
  return typeof name === 'string' && Object.hasOwn(notices, name);
}

/** A device for the page. What the browser said of itself stands in where nothing in it is known. */
export function inWords({ browser, system, userAgent, startedAt, lastSeenAt, ...device }: Device) {
  const known = [browser, system].filter((part) => part !== null);
  const name =
    known.length > 0 ? `${browser ?? 'A browser'}${system === null ? '' : ` on ${system}`}` : userAgent;
  return {
    ...device,
    name: name.trim() === '' ? 'An unknown browser' : name,
    signedInAt: new Date(startedAt),
    lastSeenAt: new Date(lastSeenAt),
  };
}
