// /healthz says that the process lives, /readyz that everything it needs answers.
import { Router } from 'express';
import type { Auth } from '../index.ts';

/** The two probes. They are reached over plain http too, and set no cookie. */
export function healthRoutes(auth: Auth, isStopping: () => boolean): Router {
  const router = Router();

  router.get('/healthz', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json({ status: 'alive' });
  });
  router.get('/readyz', async (_req, res) => {
    const dependencies = await auth.dependencies();
    const stopping = isStopping();
    const ready = !stopping && dependencies.every(({ ok }) => ok);
    res.setHeader('Cache-Control', 'no-store');
    if (!ready) res.setHeader('Retry-After', '5');
    res
      .status(ready ? 200 : 503)
      .json({ status: stopping ? 'stopping' : ready ? 'ready' : 'not ready', dependencies });
  });
  return router;
}
