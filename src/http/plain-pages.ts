// The pages of a library that was given none: plain, complete and without any styling or script.
import type { Response } from 'express';
import type { FailureView, Pages } from './pages.ts';

/** The default pages. */
export const plainPages: Pages = {
  failure(_req, res, view) {
    send(res, view.heading, [
      paragraph(view.text),
      ...neededLines(view),
      ...providerLines(view),
      actionLine(view),
      referenceLine(view),
    ]);
  },
  logout(_req, res, view) {
    send(res, 'Sign out', [
      paragraph('You are signed in. Sign out of this site?'),
      `<form method="post" action="${escapeHtml(view.action)}"><button>Sign out</button></form>`,
    ]);
  },
  signedOut(_req, res, view) {
    send(res, 'You are signed out', [
      paragraph('Your session here has ended.'),
      `<p><a href="${escapeHtml(view.signInHref)}">Sign in again</a></p>`,
    ]);
  },
};

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Escapes text for HTML elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

function send(res: Response, heading: string, lines: readonly string[]): void {
  const title = escapeHtml(heading);
  res.setHeader('Content-Security-Policy', "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Referrer-Policy', 'same-origin');
  res
    .type('html')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<title>${title}</title></head><body><main><h1>${title}</h1>${lines.join('')}</main></body></html>`,
    );
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function neededLines(view: FailureView): string[] {
  if (view.needed === null) return [];
  const names = view.needed.names.map((name) => `<code>${escapeHtml(name)}</code>`).join(', ');
  return [`<p>Missing ${view.needed.kind}: ${names}</p>`];
}

function providerLines(view: FailureView): string[] {
  return view.providerText === null
    ? []
    : [`<p>The sign-in service says: <q>${escapeHtml(view.providerText)}</q></p>`];
}

function actionLine(view: FailureView): string {
  return view.action === null
    ? ''
    : `<p><a href="${escapeHtml(view.action.href)}">${escapeHtml(view.action.label)}</a></p>`;
}

function referenceLine(view: FailureView): string {
  return `<p><small>Reference: <code>${escapeHtml(view.reference)}</code></small></p>`;
}
