/** Shorter times depend on the machine more than on the work. */
const MEASURABLE_MS = 20;
const MAX_DOUBLINGS = 6;
/** Garbage collection may affect all runs of one measurement. Work with quadratic growth gives 4 in each of them. */
const MAX_MEASUREMENTS = 6;

/**
 * How much longer work takes on twice the input: 2 for linear growth, 4 for quadratic growth.
 * Measured on four times the input, as two doublings; the result is the fastest of several runs and the lowest of several measurements,
 * because other load on the machine only adds time.
 * @param prepare creates the work for a size, which then runs several times; the time of `prepare` is not counted
 * @param size the first one; it is doubled until the work takes long enough to be measured
 */
export async function growth(prepare: (size: number) => () => unknown, size: number, runs = 4): Promise<number> {
  let lowest = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < MAX_MEASUREMENTS && lowest >= MAX_LINEAR; attempt++)
    lowest = Math.min(lowest, await measure(prepare, size, runs));
  return lowest;
}

async function measure(prepare: (size: number) => () => unknown, size: number, runs: number): Promise<number> {
  let once = prepare(size);
  let currentSize = size;
  for (let doubling = 0; (await time(once)) < MEASURABLE_MS; doubling++) {
    // Quadratic work takes longer than this on 64 times the size.
    if (doubling === MAX_DOUBLINGS) return 1;
    currentSize *= 2;
    once = prepare(currentSize);
  }
  const fourTimes = prepare(4 * currentSize);
  const fastest = { once: Number.POSITIVE_INFINITY, fourTimes: Number.POSITIVE_INFINITY };
  for (let run = 0; run < runs; run++) {
    fastest.once = Math.min(fastest.once, await time(once));
    fastest.fourTimes = Math.min(fastest.fourTimes, await time(fourTimes));
  }
  return Math.sqrt(fastest.fourTimes / fastest.once);
}

/** In milliseconds of this thread's processor time, so that other processes do not count. */
async function time(work: () => unknown): Promise<number> {
  const started = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1000;
}

/** Linear growth gives 2, quadratic growth 4. */
export const MAX_LINEAR = 3;
