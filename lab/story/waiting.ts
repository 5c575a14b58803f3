import { setTimeout as sleep } from 'node:timers/promises';

/** What `ask` may answer while what is waited for is not there yet. */
export type NotYet = undefined | null | false;

/** Seconds since `started`, which is a time of `performance.now()`. */
export const secondsSince = (started: number): number => (performance.now() - started) / 1000;

/**
 * Asks again and again until there is an answer.
 * @param what ends the sentence "waited … s for …"
 * @throws when the time is over, or when `ask` throws
 */
export async function waitFor<T>(
  what: string,
  limitSeconds: number,
  ask: () => Promise<T | NotYet>,
  everyMs = 200,
): Promise<T> {
  const started = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) return answer;
    if (secondsSince(started) > limitSeconds) throw new Error(`waited ${limitSeconds} s for ${what}`);
    await sleep(everyMs);
  }
}
