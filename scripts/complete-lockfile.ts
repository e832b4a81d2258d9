// Adds the entries that npm leaves out of package-lock.json for optional packages of other platforms.
//
// When npm cannot fetch such a package while it writes the lock, it leaves it out, and `npm ci` then refuses the
// lock as out of step. Run this after `npm install`; tests/house holds the result.
import { readFileSync, writeFileSync } from 'node:fs';
import { missingLockEntries, type PackageLock } from './lock-entries.ts';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8')) as PackageLock;
const missing = missingLockEntries(lock);
const packages = Object.fromEntries(
  Object.entries({ ...lock.packages, ...missing }).sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync(path, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
console.log(`${Object.keys(missing).length} entries added`);
