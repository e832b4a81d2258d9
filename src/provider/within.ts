// One time limit for several calls to the provider that belong together.
import { LatchkeyError } from '../errors.ts';

/**
 * Gives what `work` gives, or gives up on it. Each call of it still has its own limit.
 * @param seconds - for everything together
 * @throws LatchkeyError `provider_unavailable` when the time is over
 */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const detail = `the calls of this login took more than ${seconds} seconds together`;
      reject(new LatchkeyError('provider_unavailable', { detail }));
    }, seconds * 1000);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}
