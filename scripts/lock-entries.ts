// Finds optional packages that a lock names but has no entry for, and makes their entries.

interface LockEntry {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The part of package-lock.json that matters here. */
export interface PackageLock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

const systems = 'android|darwin|freebsd|linux|openharmony|openbsd|netbsd|win32|aix|sunos';
const processors = 'arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el';

/** The entries to add, by their path in the lock. */
export function missingLockEntries(lock: PackageLock): Record<string, LockEntry> {
  const missing: Record<string, LockEntry> = {};
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (placesFor(path, name).some((place) => lock.packages[place] !== undefined)) continue;
      missing[`node_modules/${name}`] = {
        version: version.replace(/^[\^~]/, ''),
        ...platformOf(name),
        ...(entry.dev === true ? { dev: true } : {}),
        optional: true,
      };
    }
  }
  return missing;
}

/** Where npm may have put a dependency of the package at `path`: beside it, or in a folder further up. */
function placesFor(path: string, name: string): string[] {
  const parts =
    path === ''
      ? ['']
      : ['', ...path.split('/node_modules/').map((_, i, all) => all.slice(0, i + 1).join('/node_modules/'))];
  return parts.map((base) => (base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`));
}

function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  if (name.includes('wasm32')) return { cpu: ['wasm32'] };
  const os = new RegExp(systems).exec(name)?.[0];
  const cpu = new RegExp(`-(${processors})`).exec(name)?.[1];
  return {
    ...(os === undefined ? {} : { os: [os] }),
    ...(cpu === undefined ? {} : { cpu: [cpu] }),
    ...(name.includes('musl')
      ? { libc: ['musl'] }
      : os === 'linux' && name.includes('gnu')
        ? { libc: ['glibc'] }
        : {}),
  };
}
