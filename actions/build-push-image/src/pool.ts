/** Do the work for all items, at most `width` at once, and tell of each how it ended. One that fails stops no other. */
export async function settleAll<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue)
      [results[index] as PromiseSettledResult<R>] = await Promise.allSettled([work(item)]);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
