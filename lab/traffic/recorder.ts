import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficConfig } from './config.ts';
import { type RecordedRequest, summarizeRequests, type TrafficReport } from './report.ts';
import { applyTimeout, Clients, REQUEST_TIMEOUT_MS } from './request.ts';

const roundToHundredths = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

const formatRecord = ({ at, latency, status, version, kept, lost }: RecordedRequest): string =>
  `${JSON.stringify([roundToHundredths(at), roundToHundredths(latency), status, version, kept ? 'kept' : 'new', ...(lost ? [lost] : [])])}\n`;

/**
 * Sends requests at fixed times, independently of earlier ones: a slow server does not slow the traffic down, and the time
 * that a request waits to be sent counts (no "coordinated omission"). Ends after its duration or when `stop` is aborted;
 * requests that were due by then are still sent, and pending responses are awaited.
 */
export async function recordTraffic(config: TrafficConfig, stop: AbortSignal): Promise<TrafficReport> {
  const { url, rate, seconds, recordFile } = config;
  const clients = new Clients(url);
  const file = createWriteStream(recordFile);
  const requests: RecordedRequest[] = [];
  const pending = new Set<Promise<void>>();
  const cpu = process.cpuUsage();
  const startedAt = new Date();
  const started = performance.now();
  let maxSendDelay = 0;
  let stoppedAt = stop.aborted ? 0 : Number.POSITIVE_INFINITY;
  const recordStop = () => {
    stoppedAt = performance.now() - started;
  };
  stop.addEventListener('abort', recordStop, { once: true });

  const send = async (turn: number, at: number): Promise<void> => {
    const delay = performance.now() - started - at;
    maxSendDelay = Math.max(maxSendDelay, delay);
    const result = await clients.send(turn, Math.max(1, REQUEST_TIMEOUT_MS - delay));
    const latency = performance.now() - started - at;
    const request = { at, latency, ...applyTimeout(result, latency) };
    requests.push(request);
    file.write(formatRecord(request));
  };

  const total = Math.floor(rate * seconds);
  for (let turn = 0; turn < total; turn++) {
    const at = (turn * 1000) / rate;
    const wait = at - (performance.now() - started);
    if (wait > 0) await sleep(wait, undefined, { signal: stop }).catch(() => undefined);
    if (at > stoppedAt) break;
    const sent = send(turn, at).finally(() => pending.delete(sent));
    pending.add(sent);
  }
  const duration = (performance.now() - started) / 1000;
  stop.removeEventListener('abort', recordStop);
  await Promise.all(pending);
  clients.close();
  file.end();
  await finished(file);

  const { user, system } = process.cpuUsage(cpu);
  return {
    url,
    rate,
    startedAt: startedAt.toISOString(),
    seconds: duration,
    stopped: Number.isFinite(stoppedAt),
    ...summarizeRequests(requests),
    marks: [],
    recorder: { cpuSeconds: (user + system) / 1e6, latestSend: roundToHundredths(maxSendDelay) },
    recordFile,
  };
}
