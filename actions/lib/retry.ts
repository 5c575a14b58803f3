import { setTimeout as sleep } from 'node:timers/promises';

/** What the policy says of a failed attempt; with the time that the server asks to wait, if it does. */
export type Verdict = { retry: false } | { retry: true; afterSeconds?: number };

/** The longest time that a server may ask to wait. Beyond it a job that ends and says so is better than one that sleeps. */
export const LONGEST_WAIT_SECONDS = 600;

export interface RetryPolicy {
  /** Retries after the first attempt. */
  retries: number;
  classify: (error: unknown) => Verdict;
  /** Called before each wait. */
  onRetry?: (error: unknown, attempt: number, waitSeconds: number) => void;
  /** First wait; it doubles with each attempt. */
  baseSeconds?: number;
  /** No wait of our own choice is longer. */
  maxSeconds?: number;
  wait?: (seconds: number) => Promise<unknown>;
  random?: () => number;
}

/**
 * Do the work again while the policy says that the failure may pass.
 * Waits grow exponentially with full jitter (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/),
 * except where the server named a longer time: that is waited out in full, or, past {@link LONGEST_WAIT_SECONDS}, not at all.
 * @throws what the last attempt threw
 */
export async function withRetries<T>(work: (attempt: number) => Promise<T>, policy: RetryPolicy): Promise<T> {
  const { retries, classify, onRetry, baseSeconds = 1, maxSeconds = 60, random = Math.random } = policy;
  const wait = policy.wait ?? ((seconds: number) => sleep(seconds * 1000));
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const verdict = classify(error);
      if (!verdict.retry || attempt > retries) throw error;
      const { afterSeconds = 0 } = verdict;
      if (afterSeconds > LONGEST_WAIT_SECONDS) throw error;
      const backoff = Math.min(baseSeconds * 2 ** (attempt - 1), maxSeconds) * (0.5 + random() / 2);
      const seconds = Math.max(backoff, afterSeconds);
      onRetry?.(error, attempt, seconds);
      await wait(seconds);
    }
  }
}

/** https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LAST_DATE = 8.64e15;

/** The time that a server asks to wait, for people; from now. */
export function waitText(seconds: number, now = Date.now()): string {
  const until = new Date(Math.min(now + seconds * 1000, LAST_DATE)).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${Math.ceil(seconds)} s, until ${until}`;
}

const RESET_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Whether a connection broke, looking through the causes. The code decides, not the class: an error of another realm has a class of its own. */
export function isConnectionReset(error: unknown): boolean {
  for (let at = error, depth = 0; depth < 5; depth++) {
    if (typeof at !== 'object' || at === null) return false;
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && RESET_CODES.has(code)) return true;
    at = cause;
  }
  return false;
}

/** Seconds from a `Retry-After` header: a number or an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterSeconds(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header.trim());
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
