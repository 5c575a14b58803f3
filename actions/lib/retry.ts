import { setTimeout as sleep } from 'node:timers/promises';

/** What the policy says of a failed attempt. */
export type Verdict = { retry: false } | { retry: true; afterSeconds?: number };

export interface RetryPolicy {
  /** Retries after the first attempt. */
  retries: number;
  classify: (error: unknown) => Verdict;
  /** Called before each wait. */
  onRetry?: (error: unknown, attempt: number, waitSeconds: number) => void;
  /** First wait; it doubles with each attempt. */
  baseSeconds?: number;
  /** No wait is longer, also when the server asks for more. */
  maxSeconds?: number;
  wait?: (seconds: number) => Promise<unknown>;
  random?: () => number;
}

/**
 * Do the work again while the policy says that the failure may pass.
 * Waits grow exponentially with full jitter (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/),
 * except where the server named a time.
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
      const backoff = Math.min(baseSeconds * 2 ** (attempt - 1), maxSeconds) * (0.5 + random() / 2);
      const seconds = verdict.afterSeconds === undefined ? backoff : Math.min(verdict.afterSeconds, maxSeconds);
      onRetry?.(error, attempt, seconds);
      await wait(seconds);
    }
  }
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
