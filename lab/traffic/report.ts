/** One request as it was recorded. Times are milliseconds; `at` counts from the start of the traffic. */
export interface RecordedRequest {
  /** When it was due. */
  at: number;
  /** From when it was due until the whole answer was there, so that time spent waiting to be sent counts too. */
  latency: number;
  status: number;
  version: string;
  /** Did it go over a connection that was there before? */
  kept: boolean;
  lost?: string;
}

export interface Latencies {
  p50: number;
  p99: number;
  max: number;
}

export interface SecondReport {
  requests: number;
  lost: number;
  p50: number;
  max: number;
}

export interface VersionReport {
  version: string;
  requests: number;
  /** Seconds from the start of the traffic at which it answered first and last. */
  first: number;
  last: number;
}

/** What came of some traffic. Latencies are milliseconds, other times seconds from `startedAt`. */
export interface TrafficReport {
  url: string;
  rate: number;
  startedAt: string;
  seconds: number;
  /** Was it told to stop? Else its time was over, and nothing is known of what came later. */
  stopped: boolean;
  requests: number;
  newConnections: number;
  keptAlive: number;
  lost: number;
  /** How many were lost, by reason. */
  losses: Record<string, number>;
  latency: Latencies;
  versions: VersionReport[];
  perSecond: SecondReport[];
  marks: { label: string; at: number }[];
  /** What recording cost: seconds of CPU, and the longest that a request was sent after it was due, in milliseconds. */
  recorder: { cpuSeconds: number; latestSend: number };
  /** A JSON line for each request: `[at, latency, status, version, "new" or "kept", why lost]`. */
  recordFile: string;
}

/** The smallest value that `share` of all are not above; 0 when there are none. Sorted input. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

const ascending = (a: number, b: number) => a - b;

export function latenciesOf(values: readonly number[]): Latencies {
  const sorted = values.toSorted(ascending);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}

/** The second that a request belongs to is the one in which it was due. */
function bySecond(requests: readonly RecordedRequest[]): SecondReport[] {
  const seconds: RecordedRequest[][] = [];
  for (const request of requests) {
    const second = Math.floor(request.at / 1000);
    while (seconds.length <= second) seconds.push([]);
    seconds[second]?.push(request);
  }
  return seconds.map((within) => {
    const { p50, max } = latenciesOf(within.map(({ latency }) => latency));
    return { requests: within.length, lost: within.filter(({ lost }) => lost !== undefined).length, p50, max };
  });
}

/** In the order in which they answered first. */
function byVersion(requests: readonly RecordedRequest[]): VersionReport[] {
  const versions = new Map<string, VersionReport>();
  const answered = requests.filter(({ lost }) => lost === undefined).sort((a, b) => a.at - b.at);
  for (const { at, version } of answered) {
    const seen = versions.get(version) ?? { version, requests: 0, first: at / 1000, last: 0 };
    versions.set(version, { ...seen, requests: seen.requests + 1, last: at / 1000 });
  }
  return [...versions.values()];
}

/** Everything about the requests that follows from their records. */
export function summarizeRequests(requests: readonly RecordedRequest[]) {
  const losses: Record<string, number> = {};
  for (const { lost } of requests) if (lost !== undefined) losses[lost] = (losses[lost] ?? 0) + 1;
  const keptAlive = requests.filter(({ kept }) => kept).length;
  return {
    requests: requests.length,
    newConnections: requests.length - keptAlive,
    keptAlive,
    lost: Object.values(losses).reduce((sum, count) => sum + count, 0),
    losses,
    latency: latenciesOf(requests.map(({ latency }) => latency)),
    versions: byVersion(requests),
    perSecond: bySecond(requests),
  } satisfies Partial<TrafficReport>;
}
