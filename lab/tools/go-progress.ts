import { buildGroup, type GoBuild, groupBuilds } from './go.ts';
import type { Go } from './toolchain.ts';

export interface BuildOptions {
  /** Called with one line of progress when a build starts, and then about once per second. */
  progress: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** Builds all `builds`, those of one module directory together. */
export async function buildAll(builds: readonly GoBuild[], go: Go, { progress, signal }: BuildOptions): Promise<void> {
  const waiting = groupBuilds(builds);
  for (let group = waiting.shift(); group; group = waiting.shift()) {
    const report = createReport(group, { waiting: waiting.flat(), count: builds.length, progress });
    let timer: NodeJS.Timeout | undefined;
    const onStart = (listBuilt: () => string[]) => {
      report(listBuilt());
      timer = setInterval(() => report(listBuilt()), 1000);
    };
    try {
      await buildGroup(group, go, { onStart, signal });
    } finally {
      clearInterval(timer);
    }
  }
}

/** Returns a function that reports on `group`, given the names of its tools that are built. */
function createReport(
  group: readonly GoBuild[],
  { waiting, count, progress }: { waiting: readonly GoBuild[]; count: number; progress: (line: string) => void },
): (built: readonly string[]) => void {
  const started = Date.now();
  const usualSeconds = [...group, ...waiting].reduce((sum, { tool }) => sum + tool.seconds, 0);
  return (built) => {
    const running = group.map(({ name }) => name).filter((name) => !built.includes(name));
    const done = count - waiting.length - running.length;
    const seconds = (Date.now() - started) / 1000;
    progress(formatBuildProgress({ running, seconds, usualSeconds, done, count }));
  };
}

export interface BuildProgress {
  /** The tools that the running command still builds. None while it stores the last one. */
  running: readonly string[];
  /** Time since the command started. */
  seconds: number;
  /** The usual build time of the command's tools and of those after it. */
  usualSeconds: number;
  /** Number of tools that are built. */
  done: number;
  /** Number of tools that are built or have yet to be. */
  count: number;
}

/** One line of progress. */
export function formatBuildProgress({ running, seconds, usualSeconds, done, count }: BuildProgress): string {
  const action = running.length > 0 ? `building ${running.join(', ')}` : 'storing the programs';
  const estimate = formatEstimate(usualSeconds - seconds, usualSeconds);
  return `${action} (${done} of ${count} built), ${Math.round(seconds)} s, ${estimate}`;
}

function formatEstimate(remainingSeconds: number, usualSeconds: number): string {
  if (remainingSeconds < 0) return `longer than the usual ${usualSeconds} s`;
  return remainingSeconds < 10 ? 'nearly done' : `at most about ${Math.ceil(remainingSeconds / 10) * 10} s left`;
}
