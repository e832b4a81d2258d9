// Serves a folder of static files from memory, each under an address that changes with its content.
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';
import { sha256 } from '../crypto/digest.ts';

interface Asset {
  readonly body: Buffer;
  readonly type: string;
  readonly version: string;
}

/** The files of one folder. */
export interface Assets {
  /** The address of a file, with its content hash; without one when there is no such file. */
  href(name: string): string;
  /** Answers a request for `/assets/<name>`. False: there is no such file, and nothing was sent. */
  serve(req: IncomingMessage, res: ServerResponse, url: URL): boolean;
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

/**
 * Reads the folder once. Only what was found is served, so no path in a request ever reaches the file system.
 * @param basePath - what stands before `/assets/` in the addresses
 */
export function loadAssets(folder: URL, basePath = ''): Assets {
  const prefix = `${basePath}/assets/`;
  const assets = new Map<string, Asset>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const type = types[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const body = readFileSync(new URL(entry.name, folder));
    assets.set(entry.name, { body, type, version: sha256(body.toString('base64')).slice(0, 12) });
  }

  return {
    href(name) {
      const asset = assets.get(name);
      return asset === undefined ? prefix + name : `${prefix}${name}?v=${asset.version}`;
    },
    serve(req, res, url) {
      const asset = url.pathname.startsWith(prefix)
        ? assets.get(url.pathname.slice(prefix.length))
        : undefined;
      if (asset === undefined || (req.method !== 'GET' && req.method !== 'HEAD')) return false;
      const isCurrent = url.searchParams.get('v') === asset.version;
      res.setHeader('Cache-Control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache');
      res.setHeader('Content-Type', asset.type);
      res.setHeader('ETag', `"${asset.version}"`);
      if (req.headers['if-none-match'] === `"${asset.version}"`) {
        res.writeHead(304).end();
        return true;
      }
      res.setHeader('Content-Length', asset.body.byteLength);
      res.end(req.method === 'HEAD' ? undefined : asset.body);
      return true;
    },
  };
}
