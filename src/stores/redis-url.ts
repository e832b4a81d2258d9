// Reads a Redis URL: one server, Sentinel or Cluster. Says everything that is wrong with it, and never what is in it.

/** One server, by name or address. */
export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** What a TLS connection needs beside the host; files hold PEM. */
export interface RedisTlsFiles {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** The name that the certificate has to be for, where hosts are given by address. */
  readonly serverName?: string;
}

/** A user name and a password. */
export interface RedisLogin {
  readonly username?: string;
  readonly password?: string;
}

/** What a Redis URL says. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  /** The server, the sentinels, or some nodes of the cluster. */
  readonly nodes: readonly RedisNode[];
  readonly login: RedisLogin;
  /** Null: no TLS. */
  readonly tls: RedisTlsFiles | null;
  readonly database: number;
  /** Sentinel: what it calls the servers it watches; empty otherwise. */
  readonly masterName: string;
  readonly sentinelLogin: RedisLogin;
}

/** One thing wrong with a Redis URL, and how to mend it. */
export interface RedisUrlProblem {
  readonly problem: string;
  readonly mend: string;
}

const kinds = { '': 'single', '+sentinel': 'sentinel', '+cluster': 'cluster' } as const;
const tlsNames = ['ca_file', 'cert_file', 'key_file', 'server_name'];
const sentinelNames = ['db', 'sentinel_username', 'sentinel_password'];
const encode =
  'Percent-encode what is special in user name and password: @ is %40, / is %2F, # is %23, ? is %3F.';

/**
 * Everything that is wrong with a Redis URL; an empty list when it can be used. No part of the URL is repeated,
 * because a misplaced character turns any part of it into the password.
 */
export function redisUrlProblems(url: string): readonly RedisUrlProblem[] {
  return readRedisUrl(url).problems;
}

/** Reads the URL. What it gives may be used when there are no problems. */
export function readRedisUrl(url: string): {
  readonly address: RedisAddress;
  readonly problems: readonly RedisUrlProblem[];
} {
  const problems: RedisUrlProblem[] = [];
  const add = (problem: string, mend: string): void => {
    if (!problems.some((known) => known.problem === problem)) problems.push({ problem, mend });
  };
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      add('has a % that is not followed by two hexadecimal digits.', 'Write a % itself as %25.');
      return '';
    }
  };

  const [, secure = '', way, rest = ''] = /^redis(s?)(\+sentinel|\+cluster|):\/\/(.*)$/s.exec(url) ?? [];
  if (way === undefined) {
    add(
      'does not begin with redis://, redis+sentinel:// or redis+cluster://.',
      'With TLS: rediss://, rediss+sentinel:// or rediss+cluster://.',
    );
  }
  const kind = kinds[(way ?? '') as keyof typeof kinds];
  const [beforeQuery = '', ...queries] = rest.split('?');
  const slash = beforeQuery.indexOf('/');
  const authority = slash === -1 ? beforeQuery : beforeQuery.slice(0, slash);
  const path = slash === -1 ? '' : beforeQuery.slice(slash + 1);
  const at = authority.lastIndexOf('@');
  const login = at === -1 ? '' : authority.slice(0, at);
  const isMisread = /[@#]/.test(path + queries.join('?')) || /[@#]/.test(login) || queries.length > 1;
  if (isMisread) add('has a special character where none may be.', encode);

  const allowed = [...(secure ? tlsNames : []), ...(kind === 'sentinel' ? sentinelNames : [])];
  const parameters = isMisread ? new Map<string, string>() : readQuery(queries[0] ?? '');
  const readNumber = (text: string, what: string): number => {
    if (/^(?:|\d{1,5})$/.test(text)) return Number(text);
    add(`names a database that is no number.`, what);
    return 0;
  };
  const address: RedisAddress = {
    kind,
    nodes: way === undefined || isMisread ? [] : readNodes(authority.slice(at + 1)),
    login: readLogin(login),
    tls: secure ? tlsFiles() : null,
    database:
      kind === 'single' && !isMisread
        ? readNumber(decode(path), 'Give it after the host: redis://host:6379/0.')
        : readNumber(parameters.get('db') ?? '', 'Give it as ?db=0.'),
    masterName: kind === 'sentinel' ? decode(path) : '',
    sentinelLogin: {
      ...given('username', parameters.get('sentinel_username')),
      ...given('password', parameters.get('sentinel_password')),
    },
  };
  if (kind === 'sentinel' && path === '') {
    add(
      'does not say which servers the sentinels shall be asked for.',
      'End it with the name from `sentinel monitor`: redis+sentinel://host:26379/mymaster.',
    );
  }
  if (kind === 'cluster' && path !== '')
    add('names a database, and a cluster has but one.', 'Leave out what follows the hosts.');
  return { address, problems };

  function readNodes(text: string): RedisNode[] {
    const parts = text.split(',');
    const standard = kind === 'sentinel' ? 26_379 : 6379;
    if (kind === 'single' && parts.length > 1)
      add('names several hosts.', 'For several: redis+sentinel:// or redis+cluster://.');
    return parts.map((part, index) => {
      const [, bracketed, name, digits] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d+))?$/i.exec(part) ?? [];
      const host = bracketed ?? name ?? '';
      const port = Number(digits ?? standard);
      const which = parts.length > 1 ? `${index + 1} of its hosts` : 'its host';
      if (host === '') add(`has no host name or address as ${which}.`, 'Give host:port, IPv6 in brackets.');
      else if (port < 1 || port > 65_535)
        add(`has a port that cannot be as ${which}.`, 'Ports are 1 to 65535.');
      return { host, port };
    });
  }

  function readLogin(text: string): RedisLogin {
    if (text === '' || isMisread) return {};
    const colon = text.indexOf(':');
    if (colon === -1)
      add('has a user name without a password.', 'Write user:password@, or :password@ without a user.');
    return {
      ...given('username', decode(colon === -1 ? text : text.slice(0, colon))),
      ...given('password', colon === -1 ? undefined : decode(text.slice(colon + 1))),
    };
  }

  function readQuery(text: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const pair of text.split('&').filter(Boolean)) {
      const [name = '', ...value] = pair.split('=');
      if (!allowed.includes(name)) {
        const names = allowed.length === 0 ? 'None is known for this kind.' : `Known: ${allowed.join(', ')}.`;
        add('has a parameter that is not known here.', names);
      } else if (found.has(name)) add(`has ${name} twice.`, 'Give it once.');
      else if (value.join('=') === '') add(`has ${name} without a value.`, 'Give one, or leave it out.');
      found.set(name, decode(value.join('=')));
    }
    return found;
  }

  function tlsFiles(): RedisTlsFiles {
    const files = {
      ...given('caFile', parameters.get('ca_file')),
      ...given('certFile', parameters.get('cert_file')),
      ...given('keyFile', parameters.get('key_file')),
      ...given('serverName', parameters.get('server_name')),
    };
    if ('certFile' in files !== 'keyFile' in files)
      add('has one of cert_file and key_file.', 'A client certificate needs both.');
    return files;
  }
}

function given<Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [K in Name]?: string } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { [K in Name]: string });
}
