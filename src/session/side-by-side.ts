// Does many things at the same time, but not all of them.

/**
 * Runs `work` on every item, at most `most` at once.
 * @returns the results in the order of the items; rejects with the first failure
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  // One queue for all workers: each takes the next item when it is done with the one before.
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  return results;
}
