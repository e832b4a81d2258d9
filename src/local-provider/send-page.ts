// Sends a page that nobody may keep.
import type { ServerResponse } from 'node:http';

/** Sends HTML with a status. Security headers are there already. */
export function sendPage(res: ServerResponse, status: number, html: string): void {
  res.statusCode = status;
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(html));
  res.end(html);
}

/** Sends the browser on with GET (303), whatever the method was. */
export function seeOther(res: ServerResponse, location: string): void {
  res.statusCode = 303;
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Location', location);
  res.setHeader('Content-Length', 0);
  res.end();
}
