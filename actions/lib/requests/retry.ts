import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Whether to retry a failed attempt, and how long the server asks to wait, if it does: `afterSeconds` names the time, `minimumSeconds` is the shortest
 * wait where the server names none, and doubles with each such failure.
 */
export type RetryDecision = { retry: false } | { retry: true; afterSeconds?: number; minimumSeconds?: number };

/** The longest wait that is accepted from a server. A job that fails with a clear message is better than one that sleeps longer. */
export const MAX_WAIT_SECONDS = 600;

/** How often to retry, and how long to wait: the same names in every action. */
export interface RetryPolicy {
  /** Retries after the first attempt. */
  retries: number;
  /** First wait; it doubles with each attempt. Default: 1. */
  baseSeconds?: number;
  /** Maximum wait, unless the server asks for a longer one. Default: 60. */
  maxSeconds?: number;
  /** Default: sleep. */
  wait?: (seconds: number) => Promise<unknown>;
  /** From 0 to 1, for the jitter. Default: `Math.random`. */
  random?: () => number;
}

export interface RetryOptions extends RetryPolicy {
  classify: (error: unknown) => RetryDecision;
  /** Called before each wait. */
  onRetry?: (error: unknown, attempt: number, waitSeconds: number) => void;
}

/**
 * Repeat the work while the failure is transient.
 * Waits grow exponentially with full jitter (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/).
 * A longer wait that the server asks for is observed in full, up to {@link MAX_WAIT_SECONDS}; beyond that there is no retry. A shortest wait
 * doubles up to the same limit.
 * @throws what the last attempt threw
 */
export async function withRetries<T>(work: (attempt: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { retries, classify, onRetry, baseSeconds = 1, maxSeconds = 60, random = Math.random } = options;
  const wait = options.wait ?? ((seconds: number) => sleep(seconds * 1000));
  let minimums = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      const decision = classify(error);
      if (!decision.retry || attempt > retries) throw error;
      const { afterSeconds = 0, minimumSeconds } = decision;
      if (afterSeconds > MAX_WAIT_SECONDS) throw error;
      const backoff = Math.min(baseSeconds * 2 ** (attempt - 1), maxSeconds) * (0.5 + random() / 2);
      const minimum = minimumSeconds === undefined ? 0 : minimumSeconds * 2 ** minimums++;
      const seconds = Math.max(backoff, afterSeconds, Math.min(minimum, MAX_WAIT_SECONDS));
      onRetry?.(error, attempt, seconds);
      await wait(seconds);
    }
  }
}

/** https://tc39.es/ecma262/#sec-time-values-and-time-range */
const LAST_DATE = 8.64e15;

/** A wait as text: seconds, and the time at which it ends. */
export function formatWait(seconds: number, now = Date.now()): string {
  const until = new Date(Math.min(now + seconds * 1000, LAST_DATE)).toISOString().replace(/\.\d+Z$/, 'Z');
  return `${Math.ceil(seconds)} s, until ${until}`;
}

/** The connection existed and broke. */
const LOST_CODES = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'UND_ERR_SOCKET']);
/** There was no connection, or no response in time. */
const UNREACHABLE_CODES = new Set([
  'ECONNREFUSED',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/** Whether a request failed because there was no connection, looking through the causes. */
export const isConnectionError = (error: unknown): boolean =>
  isConnectionLost(error) || hasCode(error, UNREACHABLE_CODES);

/** Whether a connection broke before the response was complete. */
export const isConnectionLost = (error: unknown): boolean => hasCode(error, LOST_CODES);

/** The code decides, not the class: an error from another realm has a different class. */
const hasCode = (error: unknown, codes: ReadonlySet<string>): boolean =>
  causes(error).some((cause) => codes.has(String((cause as { code?: unknown }).code)));

/** The last of the causes of an error, or the error itself. */
export const rootCause = (error: unknown): unknown => causes(error).at(-1) ?? error;

/** An error and its causes, down to a limit: a cause can be its own cause. */
function causes(error: unknown): object[] {
  const chain: object[] = [];
  for (let cause = error; typeof cause === 'object' && cause !== null && chain.length < MAX_CAUSES; ) {
    chain.push(cause);
    cause = (cause as { cause?: unknown }).cause;
  }
  return chain;
}

const MAX_CAUSES = 5;

/** Seconds from a `Retry-After` header: a number or an HTTP date (RFC 9110, section 10.2.3). */
export function retryAfterSeconds(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header.trim());
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}
