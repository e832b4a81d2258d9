// A proxy that ends TLS in front of the app, with the headers that a test lets it send, and cookies as it likes them.
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createCertificate } from './certificate.ts';

export interface TlsFront extends AsyncDisposable {
  /** `https://localhost:PORT`; this process trusts its certificate. */
  readonly url: string;
  /** What it does; a test may change any of it. */
  readonly does: FrontHabits;
  /** All of it as it should be. */
  behave(): void;
}

export interface FrontHabits {
  /** The port of the app. */
  to: number;
  /** Sets `X-Forwarded-Proto`. Else what came in goes on. */
  sendsProto: boolean;
  /** Adds to `X-Forwarded-For`. Else what came in goes on. */
  sendsFor: boolean;
  rewriteCookie: (cookie: string) => string;
}

const habits = { sendsProto: true, sendsFor: true, rewriteCookie: (cookie: string) => cookie };

export const startTlsFront = async (): Promise<TlsFront> => {
  const trusted = getCACertificates('default');
  const certificate = createCertificate();
  const does: FrontHabits = { to: 0, ...habits };
  const server = createServer(certificate, (req, res) => {
    const { remoteAddress = '' } = req.socket;
    const came = req.headers['x-forwarded-for'];
    const headers = {
      ...req.headers,
      ...(does.sendsProto ? { 'x-forwarded-proto': 'https' } : {}),
      ...(does.sendsFor ? { 'x-forwarded-for': [came, remoteAddress].filter(Boolean).join(', ') } : {}),
    };
    const { method, url: path } = req;
    const onward = request(
      { host: '127.0.0.1', port: does.to, method, path, headers, agent: false },
      (answer) => {
        const cookies = answer.headers['set-cookie']?.map((cookie) => does.rewriteCookie(cookie));
        res.writeHead(answer.statusCode ?? 502, {
          ...answer.headers,
          ...(cookies === undefined ? {} : { 'set-cookie': cookies }),
        });
        answer.pipe(res);
      },
    );
    onward.on('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, 'localhost', resolve);
  });
  setDefaultCACertificates([...trusted, certificate.cert]);
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    does,
    behave: () => void Object.assign(does, habits),
    async [Symbol.asyncDispose]() {
      setDefaultCACertificates(trusted);
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
};
