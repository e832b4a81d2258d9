// /healthz says that the process lives, /readyz that everything it needs answers.
import { Router } from 'express';
import type { Auth } from '../index.ts';
import type { Log } from './log.ts';

/** Asks everything that the app needs whether it answers. */
export type AskDependencies = Auth['dependencies'];

/** The two probes. They are reached over plain http too, and set no cookie. */
export function healthRoutes(ask: AskDependencies, log: Log, isStopping: () => boolean): Router {
  const router = Router();

  router.get('/healthz', (_req, res) => {
    res.setHeader('Cache-Control', 'no-store');
    res.json({ status: 'alive' });
  });
  router.get('/readyz', async (_req, res) => {
    const dependencies = await ask();
    for (const { name, ok, detail } of dependencies) {
      if (!ok) log.warn({ dependency: name, detail }, 'not_ready');
    }
    const stopping = isStopping();
    const ready = !stopping && dependencies.every(({ ok }) => ok);
    res.setHeader('Cache-Control', 'no-store');
    if (!ready) res.setHeader('Retry-After', '5');
    res.status(ready ? 200 : 503).json({
      status: stopping ? 'stopping' : ready ? 'ready' : 'not ready',
      // Why not is for the log: addresses inside the installation are nobody else's business.
      dependencies: dependencies.map(({ name, ok }) => ({ name, ok })),
    });
  });
  return router;
}
