import type { getOctokit } from '@actions/github';
import { ActionError, messageOf, PermissionError } from '../errors.ts';
import { debug, info } from '../runner/commands.ts';
import {
  BrokenResponseError,
  InvalidResponseError,
  limitedFetch,
  notJson,
  ResponseData,
  type ResponseLimits,
  ResponseTimeoutError,
  serverName,
} from './responses.ts';
import {
  formatWait,
  isConnectionError,
  isConnectionLost,
  type RetryDecision,
  type RetryOptions,
  retryAfterSeconds,
  rootCause,
  withRetries,
} from './retry.ts';

export type GitHub = ReturnType<typeof getOctokit>;

/** By their names in lower case, as Octokit returns them. */
export type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

/** What Octokit throws: https://github.com/octokit/request-error.js */
interface RequestError extends Error {
  status: number;
  response?: { headers: ResponseHeaders; data?: unknown };
  request?: { method?: string; url?: string };
}

export function isRequestError(error: unknown): error is RequestError {
  return error instanceof Error && 'status' in error && typeof error.status === 'number';
}

/** The status of a failed request, or `undefined` for anything else. */
export function statusOf(error: unknown): number | undefined {
  return isRequestError(error) ? error.status : undefined;
}

/**
 * Why a request failed, as a sentence without a subject: what the server responded, with the details that GitHub gives for a 422,
 * or why there was no response.
 */
export function requestFailure(error: unknown): string {
  if (isRequestError(error) && error.response !== undefined)
    return `the server responded with ${responseMessage(error)}`;
  return describeNoResponse(error).slice(0, MAX_MESSAGE_LENGTH);
}

/** Octokit gives a request without a response the status 500: https://github.com/octokit/request.js/blob/main/src/fetch-wrapper.ts */
function describeNoResponse(error: unknown): string {
  const cause = rootCause(error);
  const hasSentence = [ActionError, BrokenResponseError, ResponseTimeoutError].some((kind) => cause instanceof kind);
  if (hasSentence) return (cause as Error).message;
  const url = isRequestError(error) ? error.request?.url : undefined;
  const server = url === undefined ? 'the server' : serverName(url).replace(/^the server /, '');
  // A host with several addresses fails with an AggregateError, which has a code and no message.
  const { message, code } = cause as { message?: string; code?: string };
  const reason = message || messageOf(error) || code;
  return isConnectionLost(cause)
    ? `the connection to ${server} was lost: ${reason}`
    : `${server} could not be reached: ${reason}`;
}

/** The server's message, with the details that GitHub gives for a 422. */
export function responseMessage(error: unknown): string {
  if (!isRequestError(error) || error.response === undefined)
    return describeNoResponse(error).slice(0, MAX_MESSAGE_LENGTH);
  const { message, errors } = (error.response.data ?? {}) as { message?: unknown; errors?: unknown };
  const details = (Array.isArray(errors) ? errors : []).slice(0, MAX_DETAILS).map((detail: unknown) => {
    const text = (detail as { message?: unknown } | null)?.message;
    return typeof detail === 'string' ? detail : typeof text === 'string' ? text : JSON.stringify(detail);
  });
  // Octokit's own message quotes a body that is not JSON, such as the page of a proxy.
  const text = typeof message === 'string' ? message : 'no message';
  return [`${error.status}: ${text}`, ...details].map((part) => part.slice(0, MAX_MESSAGE_LENGTH)).join('; ');
}

/** Longer messages are truncated. */
const MAX_MESSAGE_LENGTH = 1000;
const MAX_DETAILS = 20;

/**
 * How long the server asks to wait: `Retry-After` or, when the limit is exhausted, the time until it resets.
 * Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
 */
export function requestedWaitSeconds(headers: ResponseHeaders, now = Date.now()): number | undefined {
  const after = retryAfterSeconds(headers['retry-after']?.toString(), now);
  if (after !== undefined) return after;
  const reset = isLimitExhausted(headers) ? Number(headers['x-ratelimit-reset'] ?? Number.NaN) : Number.NaN;
  return Number.isNaN(reset) ? undefined : Math.max(0, reset - now / 1000);
}

const isLimitExhausted = (headers: ResponseHeaders): boolean => headers['x-ratelimit-remaining']?.toString() === '0';

/** A primary or secondary rate limit: a 429, or a 403 with certain headers or a certain message. */
export function isRateLimit(error: unknown): boolean {
  if (!isRequestError(error)) return false;
  if (error.status === 429) return true;
  const headers = error.response?.headers ?? {};
  const isLimit =
    headers['retry-after'] !== undefined || isLimitExhausted(headers) || /rate limit/i.test(error.message);
  return error.status === 403 && isLimit;
}

const SECONDARY_LIMIT = /\bsecondary rate limit/i;

/**
 * The shortest wait after a secondary rate limit that names no time, and exponentially longer if it goes on:
 * https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export const SECONDARY_LIMIT_SECONDS = 60;

/** Whether to retry a failed request. */
export function classifyRequestError(error: unknown, now = Date.now()): RetryDecision {
  if (!isRequestError(error)) return { retry: isConnectionError(error) };
  // Octokit reports a broken connection as status 500 without a response.
  if (!isRateLimit(error) && error.status < 500) return { retry: false };
  const headers = error.response?.headers ?? {};
  const afterSeconds = requestedWaitSeconds(headers, now);
  if (afterSeconds !== undefined) return { retry: true, afterSeconds };
  const isSecondary = isRateLimit(error) && !isLimitExhausted(headers) && SECONDARY_LIMIT.test(error.message);
  return isSecondary ? { retry: true, minimumSeconds: SECONDARY_LIMIT_SECONDS } : { retry: true };
}

/** Why the wait before a retry is long, for the log; empty for any other. */
export const waitReason = (decision: RetryDecision): string =>
  decision.retry && decision.minimumSeconds !== undefined
    ? `; a secondary rate limit asks to wait at least ${decision.minimumSeconds} s, and longer each time`
    : '';

export interface GitHubOptions {
  token: string;
  apiUrl: string;
  /** Retries after the first attempt of each request. Default: 4. */
  retries?: number;
  /** Of each response. Default: {@link RESPONSE_LIMITS}. */
  limits?: ResponseLimits;
  /** For tests. */
  wait?: (seconds: number) => Promise<unknown>;
}

/**
 * Of each response. GitHub itself ends a request after 10 s (https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts);
 * its largest responses are lists of 100 releases with notes of 125,000 characters each, and files.
 */
const RESPONSE_LIMITS: ResponseLimits = { bytes: 64 * 1024 * 1024, seconds: 60 };

/**
 * A client for the API of the repository's server, with retries by class. Each response is JSON, read completely and within limits;
 * {@link responseData} reads its parts. A request with `request: { retries: 0 }` is not retried: for a call that is not idempotent and whose caller
 * checks its outcome. What `request: { check }` throws for a response is the failure of the request, and retried as such.
 */
export async function createGitHubClient(options: GitHubOptions): Promise<GitHub> {
  const { token, apiUrl, retries = 4, limits = RESPONSE_LIMITS, wait } = options;
  const { getOctokit } = await import('@actions/github');
  const github = getOctokit(token, {
    baseUrl: apiUrl,
    userAgent: 'gitops-actions',
    log: { debug, info: debug, warn: debug, error: debug },
  });
  github.hook.wrap('request', (request, options) => {
    const {
      fetch,
      retries: requestRetries,
      check,
    } = options.request as {
      fetch: Parameters<typeof limitedFetch>[0];
      retries?: number;
      check?: (response: GitHubResponse) => void;
    };
    // Mutated: the inner hooks get the same object, not what is passed on (https://github.com/gr2m/before-after-hook).
    options.request = { ...options.request, fetch: limitedFetch(fetch, limits) };
    const send = async () => {
      const response = await requestJson(async () => request(options));
      check?.(response);
      return response;
    };
    return withRetries(send, {
      retries: requestRetries ?? retries,
      classify: classifyRequestError,
      onRetry: reportRetry(`${options.method} ${options.url}`),
      ...(wait === undefined ? {} : { wait }),
    });
  });
  return github;
}

/**
 * Logs a failed request that will be retried: why it failed, and how long the wait is.
 * @param request what failed, as a noun phrase: "POST /repos/acme/shop/releases"
 */
export const reportRetry =
  (request: string): NonNullable<RetryOptions['onRetry']> =>
  (error, attempt, seconds) =>
    info(
      `${request} failed: ${requestFailure(error)}; attempt ${attempt + 1} in ${seconds.toFixed(1)} s${waitReason(classifyRequestError(error))}`,
    );

/** What Octokit returns for a request: https://github.com/octokit/request.js#request */
export interface GitHubResponse {
  url: string;
  status: number;
  headers: ResponseHeaders;
  data: unknown;
}

/**
 * @throws {InvalidResponseError} for a response beyond the limits or a redirect that must not be followed, {@link BrokenResponseError} for one without JSON, which
 *   Octokit would return as a string
 */
async function requestJson<T extends GitHubResponse>(send: () => Promise<T>): Promise<T> {
  const response = await send().catch((error: unknown) => {
    // Octokit wraps what `fetch` threw in an error with the status 500, which would be retried.
    const { cause } = error as Error;
    throw cause instanceof InvalidResponseError ? cause : error;
  });
  const { status, url, data } = response;
  const isJson = typeof data === 'object' && data !== null && !(data instanceof ArrayBuffer);
  if (isJson || status === 204 || status === 205) return response;
  const problem = notJson(typeof data === 'string' ? data : String(data));
  throw new BrokenResponseError(serverName(url), `${problem} (status ${status})`);
}

/**
 * The data of a response, to read its parts by type.
 * @param subject what the data is: "the release v1.4.2"
 */
export function responseData({ data, url }: Pick<GitHubResponse, 'data' | 'url'>, subject: string): ResponseData {
  return new ResponseData(data, serverName(url), subject);
}

/** For all pages of a list together. */
const LIST_LIMITS = { pages: 1000, seconds: 300 };

/**
 * The pages of a list, each as its items, as long as the server says that there is another one. They are requested by number: an address in the
 * response could be that of another server, which would get the token.
 * @param request requests the page with that number, from 1
 * @throws {InvalidResponseError} for a page that is not a list, and for a list that does not end
 */
export async function* paginate(
  subject: string,
  request: (page: number) => Promise<GitHubResponse>,
  limits = LIST_LIMITS,
): AsyncGenerator<ResponseData[]> {
  const end = performance.now() + limits.seconds * 1000;
  for (let page = 1; ; page++) {
    const response = await request(page);
    yield responseData(response, subject).list();
    if (!/<[^<>]+>;\s*rel="next"/.test(String(response.headers.link ?? ''))) return;
    if (page === limits.pages || performance.now() > end) responseData(response, subject).fail('has no end');
  }
}

/**
 * The error to show for a failed request.
 * @param action what was attempted, as a noun phrase: "creating the release v1.4.2"
 * @param permission what the job's `permissions:` block must have: "contents: write"
 */
export function explainRequestError(error: unknown, action: string, permission: string): Error {
  if (error instanceof ActionError) return error;
  const status = statusOf(error);
  if (status === undefined && !isConnectionError(error))
    return error instanceof Error ? error : new Error(String(error));
  const decision = classifyRequestError(error);
  if (status === 401) {
    return new ActionError({
      what: `${action} was refused`,
      why: `the token is not valid (${responseMessage(error)})`,
      next: 'Pass a token that is neither expired nor revoked; the default is the job token, `${{ github.token }}`.',
      cause: error,
    });
  }
  if (status === 403 && !decision.retry)
    return new PermissionError(action, permission, { message: responseMessage(error), cause: error });
  if (status === 404) {
    return new ActionError({
      what: `${action} failed: not found`,
      why: `${requestFailure(error)}, which is also the response when the token cannot see the resource`,
      next: `Check the names in the step's inputs, and that the job has \`permissions: { ${permission} }\`.`,
      cause: error,
    });
  }
  const seconds = decision.retry ? decision.afterSeconds : undefined;
  return new ActionError({
    what: isRateLimit(error) ? `${action} hit the server's rate limit` : `${action} failed`,
    why: `${requestFailure(error)}${seconds === undefined ? '' : ` and asks to wait ${formatWait(seconds)}`}`,
    next: nextStep(error, decision),
    cause: error,
  });
}

function nextStep(error: unknown, decision: RetryDecision): string {
  return decision.retry ? retryAdvice(error, decision) : 'Correct what the response names, then run the step again.';
}

/** The next step when all retries have failed. */
export function retryAdvice(
  error: unknown,
  { afterSeconds, minimumSeconds }: { afterSeconds?: number | undefined; minimumSeconds?: number | undefined },
): string {
  const later = minimumSeconds === undefined ? '' : ' in a few minutes';
  const when = afterSeconds === undefined ? later : ' after that time';
  const proxy =
    rootCause(error) instanceof BrokenResponseError
      ? ' If it fails again, check that no proxy responds instead of the server.'
      : '';
  return `Run the job again${when}; it continues where it stopped.${proxy}`;
}
