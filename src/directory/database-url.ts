// The address of a PostgreSQL database: what is wrong with it, without repeating what may be a password.

/** One problem of an address, and how to mend it. */
export interface DatabaseUrlProblem {
  readonly problem: string;
  readonly mend: string;
}

const example =
  'Write it like postgres://user:password@host:5432/database; percent-encode what is special in it.';

/** Everything that is wrong with the address; empty when it can be tried. */
export function databaseUrlProblems(text: string): readonly DatabaseUrlProblem[] {
  const url = URL.parse(text);
  if (url === null) return [{ problem: 'is no URL.', mend: example }];
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') {
    return [{ problem: 'does not begin with postgres://.', mend: example }];
  }
  const problems: DatabaseUrlProblem[] = [];
  // A socket is named in the query.
  if (url.hostname === '' && !url.searchParams.has('host')) {
    problems.push({ problem: 'names no host.', mend: example });
  }
  if (!isDecodable(url.username + url.password + url.pathname)) {
    problems.push({ problem: 'has a % that begins no percent-encoding.', mend: 'Write a % itself as %25.' });
  } else if (!/^\/[^/]+$/.test(url.pathname)) {
    problems.push({ problem: 'names no database.', mend: example });
  }
  return problems;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
