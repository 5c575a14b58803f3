import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficConfig } from './config.ts';
import { type RecordedRequest, summarizeRequests, type TrafficReport } from './report.ts';
import { judge, LOST_AFTER_MS, Senders } from './request.ts';

const hundredths = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;

const line = ({ at, latency, status, version, kept, lost }: RecordedRequest): string =>
  `${JSON.stringify([hundredths(at), hundredths(latency), status, version, kept ? 'kept' : 'new', ...(lost ? [lost] : [])])}\n`;

/**
 * Sends requests at fixed times, whatever became of those before: a slow server does not slow the traffic down, and what
 * waited to be sent has waited (no "coordinated omission"). Ends after its time or when `stop` is aborted; requests that
 * were due by then are sent all the same, and those that are still on their way are waited for.
 */
export async function recordTraffic(config: TrafficConfig, stop: AbortSignal): Promise<TrafficReport> {
  const { url, rate, seconds, recordFile } = config;
  const senders = new Senders(url);
  const file = createWriteStream(recordFile);
  const requests: RecordedRequest[] = [];
  const open = new Set<Promise<void>>();
  const cpu = process.cpuUsage();
  const startedAt = new Date();
  const started = performance.now();
  let latestSend = 0;
  let stoppedAt = stop.aborted ? 0 : Number.POSITIVE_INFINITY;
  const noteStop = () => {
    stoppedAt = performance.now() - started;
  };
  stop.addEventListener('abort', noteStop, { once: true });

  const send = async (turn: number, at: number): Promise<void> => {
    const delay = performance.now() - started - at;
    latestSend = Math.max(latestSend, delay);
    const outcome = await senders.send(turn, Math.max(1, LOST_AFTER_MS - delay));
    const latency = performance.now() - started - at;
    const request = { at, latency, ...judge(outcome, latency) };
    requests.push(request);
    file.write(line(request));
  };

  const total = Math.floor(rate * seconds);
  for (let turn = 0; turn < total; turn++) {
    const at = (turn * 1000) / rate;
    const wait = at - (performance.now() - started);
    if (wait > 0) await sleep(wait, undefined, { signal: stop }).catch(() => undefined);
    if (at > stoppedAt) break;
    const sent = send(turn, at).finally(() => open.delete(sent));
    open.add(sent);
  }
  const lasted = (performance.now() - started) / 1000;
  stop.removeEventListener('abort', noteStop);
  await Promise.all(open);
  senders.close();
  file.end();
  await finished(file);

  const { user, system } = process.cpuUsage(cpu);
  return {
    url,
    rate,
    startedAt: startedAt.toISOString(),
    seconds: lasted,
    stopped: Number.isFinite(stoppedAt),
    ...summarizeRequests(requests),
    marks: [],
    recorder: { cpuSeconds: (user + system) / 1e6, latestSend: hundredths(latestSend) },
    recordFile,
  };
}
