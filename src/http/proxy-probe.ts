// Answers the one question of `latchkey doctor`: how a request through the proxy arrives. Only who has the secret can ask.
import type { RequestHandler } from 'express';
import { type Clock, systemClock } from '../clock.ts';
import { createSealer } from '../crypto/seal.ts';
import { basePathOf } from './return-to.ts';

/** How a request arrived at the app: what proxies added, and what the app makes of it. No addresses. */
export interface ArrivedRequest {
  /** Whether the app takes it for https. */
  readonly secure: boolean;
  /** What `X-Forwarded-Proto` said; null: it was not there. */
  readonly forwardedProto: string | null;
  /** How many addresses `X-Forwarded-For` had. */
  readonly forwardedFor: number;
  /** How many of them the app believes. */
  readonly believed: number;
  /** Whether the app took the address that the asker made up for the visitor's. */
  readonly believesMadeUp: boolean;
}

/** The header with the sealed question. */
export const probeHeader = 'latchkey-probe';
/** Below the base path. Without a question that opens it is like any path that is not there. */
export const probePath = '/doctor-probe';
/** An address for examples (RFC 5737), so nobody's: what a visitor could make up. */
export const madeUpAddress = '192.0.2.77';

/** How long a question is taken, in milliseconds: in it nobody learns more by asking it again. */
const freshForMs = 60_000;

/** What the answer needs of the options of `createAuth`. */
export interface DoctorProbeOptions {
  readonly baseUrl: string;
  readonly sessionSecret: string | readonly string[];
  readonly clock?: Clock;
}

/** Belongs before anything that judges the request, https or not. */
export function doctorProbe({
  baseUrl,
  sessionSecret,
  clock = systemClock,
}: DoctorProbeOptions): RequestHandler {
  const url = new URL(baseUrl);
  const { href } = url;
  const path = basePathOf(url) + probePath;
  const sealer = createSealer([sessionSecret].flat());
  return (req, res, next) => {
    const question = req.path === path ? req.get(probeHeader) : undefined;
    const asked = question === undefined ? null : sealer.open('probe', question, href);
    if (question === undefined || asked === null || !(Math.abs(clock() - Number(asked)) <= freshForMs)) {
      next();
      return;
    }
    const addresses = (req.get('x-forwarded-for') ?? '').split(',').filter((part) => part.trim() !== '');
    const arrived: ArrivedRequest = {
      secure: req.secure,
      forwardedProto: req.get('x-forwarded-proto')?.slice(0, 40) ?? null,
      forwardedFor: addresses.length,
      believed: req.ips.length,
      believesMadeUp: req.ip === madeUpAddress,
    };
    res.setHeader('Cache-Control', 'no-store');
    // Sealed to the question: it shows the asker that it is this app, and others on the way nothing.
    res.json({ arrived: sealer.seal('probe', JSON.stringify(arrived), question) });
  };
}
