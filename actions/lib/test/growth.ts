/** Shorter times than this are those of the machine and not of the work. */
const MEASURABLE_MS = 20;
const MAX_DOUBLINGS = 6;
/** A collection of garbage may fall into all runs of one measurement. Work that grows with the square gives 4 in each. */
const MAX_MEASUREMENTS = 3;

/**
 * How much longer work takes on twice the input: 2 where time grows with the input, 4 where it grows with its square.
 * Measured on four times the input, as two doublings; the fastest of several runs is taken, and the least of several measurements,
 * as what else the machine does only ever adds.
 * @param prepare makes the work for a size, which is then done several times; its own time is not counted
 * @param size to begin with: it is doubled until the work takes long enough to be measured
 */
export async function growth(prepare: (size: number) => () => unknown, size: number, runs = 4): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < MAX_MEASUREMENTS && least >= LINEAR; attempt++)
    least = Math.min(least, await measure(prepare, size, runs));
  return least;
}

async function measure(prepare: (size: number) => () => unknown, size: number, runs: number): Promise<number> {
  let once = prepare(size);
  let reached = size;
  for (let doubling = 0; (await time(once)) < MEASURABLE_MS; doubling++) {
    // Work that grows with the square takes longer than this on 64 times the size.
    if (doubling === MAX_DOUBLINGS) return 1;
    reached *= 2;
    once = prepare(reached);
  }
  const fourTimes = prepare(4 * reached);
  const fastest = { once: Number.POSITIVE_INFINITY, fourTimes: Number.POSITIVE_INFINITY };
  for (let run = 0; run < runs; run++) {
    fastest.once = Math.min(fastest.once, await time(once));
    fastest.fourTimes = Math.min(fastest.fourTimes, await time(fourTimes));
  }
  return Math.sqrt(fastest.fourTimes / fastest.once);
}

/** Of this thread's processor time: the work of other processes beside it does not count. */
async function time(work: () => unknown): Promise<number> {
  const started = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1000;
}

/** Growth with the input gives 2; growth with its square gives 4. */
export const LINEAR = 3;
