// A process that is a client of other services: asks its machine client for tokens when the test says so.
import { createMachineClient, type MachineClientOptions, type Secret } from '../../src/machine.ts';

/** What the test sends: options once, then how many callers ask at once. */
export type WorkerOrder = { readonly start: MachineClientOptions } | { readonly ask: number };

/** What comes back: the tokens as they are, or the code of what failed. */
export interface WorkerAnswer {
  readonly tokens: readonly string[];
  readonly failed: readonly string[];
}

let client = null as ReturnType<typeof createMachineClient> | null;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

process.on('message', async (order: WorkerOrder) => {
  if ('start' in order) {
    client = createMachineClient(order.start);
    process.send?.({ tokens: [], failed: [] } satisfies WorkerAnswer);
    return;
  }
  const asked = Array.from({ length: order.ask }, () => client?.token() as Promise<Secret>);
  const results = await Promise.allSettled(asked);
  process.send?.({
    tokens: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.reveal()] : [])),
    failed: results.flatMap((result) => (result.status === 'rejected' ? [codeOf(result.reason)] : [])),
  } satisfies WorkerAnswer);
});
