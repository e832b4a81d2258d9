// The ways in which handlers send an answer with a cookie `mine=1` of their own; what they have in common is that.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RequestHandler } from 'express';

const folder = join(tmpdir(), `latchkey-files-${process.pid}`);

/** Makes the file that one of them sends; files of tests share this module, so each makes its own. */
export const makeReportFolder = (): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.txt'), 'a report of some length');
};

export const answerWays: Record<string, RequestHandler> = {
  'writes and goes on writing': (_req, res) => {
    res.cookie('mine', '1');
    res.write('a');
    setImmediate(() => res.end('b'));
  },
  'flushes its headers, as server-sent events do': (_req, res) => {
    res.cookie('mine', '1').setHeader('Content-Type', 'text/event-stream');
    res.flushHeaders();
    setImmediate(() => res.end('data: 1\n\n'));
  },
  'pipes a stream': async (_req, res) => {
    res.cookie('mine', '1');
    await pipeline(Readable.from(['a', 'b']), res);
  },
  'ends in the handler': (_req, res) => void res.cookie('mine', '1').end('a'),
  'sends early hints first': (_req, res) => {
    res.writeEarlyHints({ link: '</latchkey.css>; rel=preload; as=style' });
    res.cookie('mine', '1').send('a');
  },
  'sends a file': (_req, res) => void res.cookie('mine', '1').sendFile(join(folder, 'report.txt')),
  'sets its cookie over all that are there': (_req, res) => {
    res.setHeader('Set-Cookie', 'mine=1; Path=/');
    res.send('a');
  },
  'sets two cookies over all that are there and streams': (_req, res) => {
    res.setHeader('Set-Cookie', ['mine=1; Path=/', 'other=2; Path=/']);
    res.write('a');
    res.end();
  },
  'writes the head by hand, cookie included': (_req, res) => {
    res.writeHead(200, { 'Set-Cookie': 'mine=1; Path=/', 'Content-Type': 'text/plain' }).end('a');
  },
  'writes the head by hand as a list': (_req, res) => {
    res.writeHead(200, ['Content-Type', 'text/plain', 'Set-Cookie', 'mine=1; Path=/']).end('a');
  },
  'writes the head by hand with words': (_req, res) => {
    res.writeHead(200, 'Fine', { 'set-cookie': ['mine=1; Path=/'] }).end('a');
  },
};

/** A folder with `report.txt` in it. */
export const reportFolder = folder;
export const removeReportFolder = (): void => rmSync(folder, { recursive: true, force: true });
