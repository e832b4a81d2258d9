// From a URL and options to a connection that can be opened: everything that is wrong is said before.
import { ConfigurationError } from '../errors.ts';
import { connectRedis, type RedisConnection, type RedisOptions } from './redis-client.ts';
import { type RedisTls, readTls } from './redis-server.ts';
import { type RedisUrlProblem, readRedisUrl } from './redis-url.ts';

/**
 * Checks where Redis is.
 * @param name - of the function that was given the URL, for the words of its problems
 * @returns what connects, in the background
 * @throws ConfigurationError with everything that is wrong; it never repeats any part of the URL
 */
export function redisAt(name: string, url: string, options: RedisOptions): () => RedisConnection {
  const { prefix = '' } = options;
  const { address, problems } = readRedisUrl(url);
  const found: RedisUrlProblem[] = [...problems];
  let tls: RedisTls = null;
  try {
    tls = readTls(address.tls);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    found.push({
      problem: `names a TLS file that cannot be read${code}.`,
      mend: 'Give PEM files by full path.',
    });
  }
  if (address.kind === 'cluster' && /[{}]/.test(prefix)) {
    const mend = 'Cluster reads braces as its own, and would part what belongs together.';
    found.push({ problem: 'has braces in its prefix.', mend });
  }
  if (found.length > 0) throw new ConfigurationError(found.map((each) => ({ name, ...each })));
  return () => connectRedis(address, tls, options);
}
