// `/setup`: the page on which whoever has the secret of the first start makes the first administrator.
import express, { type Request, type Response, Router } from 'express';
import type { FirstAdminAnswer, FirstAdminSetup } from '../directory.ts';
import { asLatchkeyError, clientAddress, eventContext, hasSameOriginProof, LatchkeyError } from '../index.ts';
import type { RenderPage } from './pages.ts';
import type { Report } from './report.ts';

/** What a form that could not be taken says, and the status it is sent with. */
interface Complaint {
  readonly status: number;
  readonly text: string;
}

const largestForm = 8 * 1024;

/** The routes. They are a page that does not exist as soon as there is an administrator. */
export function setupRoutes(
  setup: FirstAdminSetup,
  baseUrl: URL,
  render: RenderPage,
  report: Report,
): Router {
  const router = Router();
  const basePath = baseUrl.pathname.replace(/\/+$/, '');
  const page = (req: Request, res: Response, complaint: Complaint | null): void => {
    const { username, name } = fieldsOf(req);
    res.status(complaint?.status ?? 200).setHeader('Cache-Control', 'no-store');
    const locals = { action: `${basePath}/setup`, username, name, error: complaint?.text ?? null };
    render(req, res, 'setup', 'Set up', locals);
  };
  const onlyWhileOpen = async (): Promise<void> => {
    if (!(await setup.isOpen())) throw new LatchkeyError('not_found', { detail: 'setup is over' });
  };

  const reported = async (req: Request, answer: FirstAdminAnswer): Promise<void> => {
    const context = eventContext(req);
    if (answer.kind === 'made') {
      const { id: personId, permissions, roles } = answer.person;
      const created = { type: 'person_created', by: 'setup', personId, permissions, roles } as const;
      // Made is made: the page goes on, and what cannot be written now is written later.
      await report.keep({ ...context, ...created }).catch(() => {});
    }
    if (answer.kind === 'unsuitable' || answer.kind === 'made') return;
    const reason = answer.kind === 'limited' ? 'limited' : 'secret';
    report.tell({ ...context, type: 'setup_refused', reason });
  };

  router.get('/setup', async (req, res) => {
    await onlyWhileOpen();
    page(req, res, null);
  });
  router.post(
    '/setup',
    (req, _res, next) => {
      if (hasSameOriginProof(req, baseUrl)) return next();
      report.tell({ ...eventContext(req), type: 'setup_refused', reason: 'cross_site' });
      next(crossSite());
    },
    express.urlencoded({ extended: false, limit: largestForm, parameterLimit: 20 }),
    async (req, res) => {
      await onlyWhileOpen();
      const { secret, username, name, password, again } = fieldsOf(req);
      if (password !== again) {
        return page(req, res, { status: 422, text: 'The two passwords are not the same. Type it twice.' });
      }
      const answer = await setup
        .finish(secret, { username, name, password }, clientAddress(req) ?? '')
        .catch(complaintOf);
      const complaint = 'text' in answer ? answer : wordsFor(answer);
      if ('kind' in answer) await reported(req, answer);
      if (complaint === null) {
        const query = new URLSearchParams({ login_hint: username, return_to: `${basePath}/` });
        return res.redirect(303, `${basePath}/login?${query}`);
      }
      if (answer && 'retryAfterSeconds' in answer) res.setHeader('Retry-After', answer.retryAfterSeconds);
      page(req, res, complaint);
    },
  );
  router.all('/setup', async (_req, res) => {
    await onlyWhileOpen();
    res.setHeader('Allow', 'GET, HEAD, POST');
    throw new LatchkeyError('method_not_allowed');
  });
  return router;
}

function crossSite(): LatchkeyError {
  return new LatchkeyError('cross_site_request', { detail: 'the setup form came from another site' });
}

/** Texts of the form; what is missing or came twice is empty. */
function fieldsOf(req: Request) {
  const body: Readonly<Record<string, unknown>> = req.body ?? {};
  const text = (field: string): string => (typeof body[field] === 'string' ? body[field] : '');
  return {
    secret: text('secret'),
    username: text('username').trim(),
    name: text('name').trim(),
    password: text('new_password'),
    again: text('new_password_again'),
  };
}

/** Null: it is done. */
function wordsFor(answer: FirstAdminAnswer): Complaint | null {
  switch (answer.kind) {
    case 'made':
      return null;
    case 'unsuitable':
      return { status: 422, text: answer.problem.words };
    case 'limited':
      return {
        status: 429,
        text: `Too many tries. Wait ${answer.retryAfterSeconds} seconds, then try again.`,
      };
    case 'refused':
      return {
        status: 403,
        text: 'That is not the setup code, or it has been used. The newest one is in the terminal of the last start.',
      };
  }
}

/** What is wrong with the user name is for the page to say; everything else is not. */
function complaintOf(error: unknown): Complaint {
  const { code } = asLatchkeyError(error);
  if (code === 'username_taken')
    return { status: 409, text: 'Another account has this user name. Choose another one.' };
  if (code === 'request_malformed')
    return { status: 422, text: 'This cannot be a user name. Choose another one.' };
  throw error;
}
