/** The record of one request. Times are in milliseconds. */
export interface RecordedRequest {
  /** When it was due, from the start of the traffic. */
  at: number;
  /** From when it was due until the response was complete, so that the time it waited to be sent counts too. */
  latency: number;
  status: number;
  version: string;
  /** Whether it used an existing connection. */
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
  /** Seconds from the start of the traffic to its first and last response. */
  first: number;
  last: number;
}

/** The report of some traffic. Latencies are in milliseconds, other times in seconds from `startedAt`. */
export interface TrafficReport {
  url: string;
  rate: number;
  startedAt: string;
  seconds: number;
  /** Whether it was stopped. Otherwise its duration had elapsed, and later requests are not covered. */
  stopped: boolean;
  requests: number;
  newConnections: number;
  keptAlive: number;
  lost: number;
  /** Number of lost requests by reason. */
  losses: Record<string, number>;
  latency: Latencies;
  versions: VersionReport[];
  perSecond: SecondReport[];
  marks: { label: string; at: number }[];
  /** The cost of recording: CPU time in seconds, and the maximum delay of a request in milliseconds. */
  recorder: { cpuSeconds: number; latestSend: number };
  /** One JSON line per request: `[at, latency, status, version, "new" or "kept", reason of the loss]`. */
  recordFile: string;
}

/** The nearest-rank percentile of sorted values; 0 if there are none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

const ascending = (a: number, b: number) => a - b;

export function summarizeLatencies(values: readonly number[]): Latencies {
  const sorted = values.toSorted(ascending);
  return { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99), max: sorted.at(-1) ?? 0 };
}

/** Groups requests by the second in which they were due. */
function groupBySecond(requests: readonly RecordedRequest[]): SecondReport[] {
  const seconds: RecordedRequest[][] = [];
  for (const request of requests) {
    const second = Math.floor(request.at / 1000);
    while (seconds.length <= second) seconds.push([]);
    seconds[second]?.push(request);
  }
  return seconds.map((within) => {
    const { p50, max } = summarizeLatencies(within.map(({ latency }) => latency));
    return { requests: within.length, lost: within.filter(({ lost }) => lost !== undefined).length, p50, max };
  });
}

/** The versions in the order of their first responses. */
function groupByVersion(requests: readonly RecordedRequest[]): VersionReport[] {
  const versions = new Map<string, VersionReport>();
  const succeeded = requests.filter(({ lost }) => lost === undefined).sort((a, b) => a.at - b.at);
  for (const { at, version } of succeeded) {
    const existing = versions.get(version) ?? { version, requests: 0, first: at / 1000, last: 0 };
    versions.set(version, { ...existing, requests: existing.requests + 1, last: at / 1000 });
  }
  return [...versions.values()];
}

/** Summarizes the records of requests. */
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
    latency: summarizeLatencies(requests.map(({ latency }) => latency)),
    versions: groupByVersion(requests),
    perSecond: groupBySecond(requests),
  } satisfies Partial<TrafficReport>;
}
