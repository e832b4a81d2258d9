// latchkey's own pages in the look of the app.
import type { Response } from 'express';
import type { Pages } from '../index.ts';
import { type PageRequest, words } from './page-locals.ts';

/** Renders a view with the locals every page has. */
export type RenderPage = (
  req: PageRequest,
  res: Response,
  view: string,
  title: string,
  locals: object,
) => void;

/** The pages of the library, rendered with the app's views. */
export function createPages(render: RenderPage): Pages {
  return {
    failure(req, res, view) {
      const needed = view.needed && {
        ...view.needed,
        words: view.needed.names.map((name) => words(name) || name).join(', '),
      };
      render(req, res, 'failure', view.heading, { ...view, needed, meaning: null });
    },
    logout: (req, res, view) => render(req, res, 'logout', 'Sign out', view),
    signedOut: (req, res, view) => render(req, res, 'signed-out', 'You are signed out', view),
  };
}
