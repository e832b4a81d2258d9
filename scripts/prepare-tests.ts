// Makes sure that redis-server, PostgreSQL, nginx and Chromium are here before the tests run; never lets a test be skipped for them.
//
// npm scripts put node_modules/.bin first in PATH, so `npm test` runs this on the Node 24 that npm brought.
// Where no such package exists (macOS) the Node of the shell runs it. A Node older than 22.18 cannot read this
// file at all, and says ERR_UNKNOWN_FILE_EXTENSION; 22 and 23 can, and get the sentence below.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import {
  debianPackage,
  findProgram,
  installWords,
  overrideProblem,
  type Program,
  programs,
} from '../tests/support/programs.ts';

const say = (text: string): void => {
  process.stdout.write(`prepare-tests: ${text}\n`);
};

const refuse = (lines: readonly string[]): never => {
  for (const line of lines) process.stderr.write(`prepare-tests: ${line}\n`);
  process.exit(1);
};

const policyFile = '/usr/sbin/policy-rc.d';

/** Debian starts a server as soon as it is installed. The tests start their own, so theirs stays off. */
const withoutServiceStart = (install: () => boolean): boolean => {
  if (existsSync(policyFile)) return install();
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return install();
  } finally {
    rmSync(policyFile, { force: true });
  }
};

const apt = (...args: readonly string[]): boolean => {
  say(`apt-get ${args.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
};

const installOnDebian = (missing: readonly Program[]): boolean => {
  // A repository that does not answer must not stop an install that the others can serve.
  if (!apt('update', '-q')) say('apt-get update reported a problem; trying with the lists that are here');
  return withoutServiceStart(() =>
    apt('install', '-y', '-q', '--no-install-recommends', ...missing.map(debianPackage)),
  );
};

const isMissing = (program: Program): boolean => findProgram(program) === null;

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  refuse([
    `latchkey needs Node 24 or newer; this is Node ${process.versions.node} (${process.execPath}).`,
    'Run the tests with `npm test` after `npm ci`: on Linux and Windows that brings Node 24 itself.',
    'On macOS install it first, for example: nvm install (the version is in .nvmrc).',
  ]);
}

const wrongOverrides = programs.flatMap((program) => overrideProblem(program) ?? []);
if (wrongOverrides.length > 0) refuse(wrongOverrides);

const missing = programs.filter(isMissing);
if (missing.length > 0) {
  const isDebianRoot = existsSync('/etc/debian_version') && process.getuid?.() === 0;
  if (isDebianRoot && !installOnDebian(missing)) say('apt-get install failed');
  const stillMissing = missing.filter(isMissing);
  if (stillMissing.length > 0) refuse(stillMissing.map(installWords));
}
for (const program of programs) say(`${program}: ${findProgram(program)}`);
