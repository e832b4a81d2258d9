// Static files under /assets: named with a digest of their content, so that browsers keep them for good.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { type RequestHandler } from 'express';
import { sha256 } from '../crypto/digest.ts';

const yearMs = 365 * 86_400_000;

/** The static files and how pages link to them. */
export interface Assets {
  readonly handler: RequestHandler;
  /** The address of a file, which changes when the file does. */
  href(name: string): string;
}

/** Reads the digests of all files of a folder once. */
export function createAssets(folder: string, basePath: string): Assets {
  const digests = new Map(
    readdirSync(folder).map((name) => [
      name,
      sha256(readFileSync(join(folder, name), 'latin1')).slice(0, 10),
    ]),
  );
  const immutable = express.static(folder, {
    index: false,
    dotfiles: 'ignore',
    redirect: false,
    immutable: true,
    maxAge: yearMs,
  });
  const checked = express.static(folder, { index: false, dotfiles: 'ignore', redirect: false, maxAge: 0 });
  return {
    handler: (req, res, next) => (req.query.v === undefined ? checked : immutable)(req, res, next),
    href: (name) => `${basePath}/assets/${name}?v=${digests.get(name) ?? ''}`,
  };
}
