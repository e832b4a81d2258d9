// The port for Prometheus: GET /metrics and nothing else.
import type { RequestListener } from 'node:http';
import { Registry } from 'prom-client';

/** Answers `/metrics` with what `text` gives; every other path is 404. */
export function metricsHandler(text: () => Promise<string>): RequestListener {
  return (req, res) => {
    const say = (status: number, words: string, headers: Readonly<Record<string, string>> = {}): void => {
      res.writeHead(status, {
        'Content-Type': 'text/plain; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
        'Cache-Control': 'no-store',
        ...headers,
      });
      res.end(req.method === 'HEAD' ? undefined : words);
    };
    if (req.url?.split('?', 1)[0] !== '/metrics') return say(404, 'Not found\n');
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return say(405, 'Method not allowed\n', { Allow: 'GET, HEAD' });
    }
    text().then(
      (words) => say(200, words, { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE }),
      () => say(500, 'The metrics could not be collected\n'),
    );
  };
}
