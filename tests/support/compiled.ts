// Processes that tests start compile the sources once and not each for itself: a third of their start.
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** For the environment of such a process. Node looks at the sources' content, so an old cache does no harm. */
export const compiled = { NODE_COMPILE_CACHE: join(tmpdir(), 'latchkey-tests-compiled') };
