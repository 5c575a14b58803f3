import { setTimeout as sleep } from 'node:timers/promises';

/** What a check returns as long as the awaited state has not been reached. */
export type NotYet = undefined | null | false;

const POLL_INTERVAL_MS = 200;

/** Seconds since `started`, a time of `performance.now()`. */
export const secondsSince = (started: number): number => (performance.now() - started) / 1000;

/**
 * Repeats `check` until it returns a value.
 * @param what completes the sentence "waited … s for …"
 * @throws when the time is over, or when `check` throws
 */
export async function waitFor<T>(what: string, timeoutSeconds: number, check: () => Promise<T | NotYet>): Promise<T> {
  const started = performance.now();
  for (;;) {
    const result = await check();
    if (result !== undefined && result !== null && result !== false) return result;
    if (secondsSince(started) > timeoutSeconds) throw new Error(`waited ${timeoutSeconds} s for ${what}`);
    await sleep(POLL_INTERVAL_MS);
  }
}
