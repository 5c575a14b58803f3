import type { getOctokit } from '@actions/github';
import { Answer, type AnswerLimits, boundedFetch, serverName, UnusableAnswerError } from './answers.ts';
import { debug, info } from './commands.ts';
import { ActionError, messageOf, PermissionError } from './errors.ts';
import { isConnectionReset, retryAfterSeconds, type Verdict, waitText, withRetries } from './retry.ts';

export type GitHub = ReturnType<typeof getOctokit>;

/** By their names in lower case, as Octokit gives them. */
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

/** The server's own words about a failed request, with the details that GitHub gives for a 422. */
export function answerOf(error: unknown): string {
  if (!isRequestError(error)) return messageOf(error);
  // Octokit gives the status 500 to a request that got no answer.
  if (error.response === undefined) return `nothing that could be read: ${error.message}`.slice(0, MOST_WORDS);
  const { message, errors } = (error.response.data ?? {}) as { message?: unknown; errors?: unknown };
  const details = (Array.isArray(errors) ? errors : []).slice(0, MOST_DETAILS).map((each: unknown) => {
    const own = (each as { message?: unknown } | null)?.message;
    return typeof each === 'string' ? each : typeof own === 'string' ? own : JSON.stringify(each);
  });
  const words = typeof message === 'string' ? message : error.message;
  return [`${error.status}: ${words}`, ...details].map((text) => text.slice(0, MOST_WORDS)).join('; ');
}

/** An answer that is longer is no sentence for a person. */
const MOST_WORDS = 1000;
const MOST_DETAILS = 20;

/**
 * The time that the server asks to wait: `Retry-After`, or, when the limit is used up, the time at which there is a new one.
 * Source: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#handle-rate-limit-errors-appropriately
 */
export function askedSeconds(headers: ResponseHeaders, now = Date.now()): number | undefined {
  const after = retryAfterSeconds(headers['retry-after']?.toString(), now);
  if (after !== undefined) return after;
  const reset = isUsedUp(headers) ? Number(headers['x-ratelimit-reset'] ?? Number.NaN) : Number.NaN;
  return Number.isNaN(reset) ? undefined : Math.max(0, reset - now / 1000);
}

const isUsedUp = (headers: ResponseHeaders): boolean => headers['x-ratelimit-remaining']?.toString() === '0';

/** Primary and secondary rate limits come as 429, or as 403 with tell-tale headers or words. */
export function isRateLimit(error: unknown): boolean {
  if (!isRequestError(error)) return false;
  if (error.status === 429) return true;
  const headers = error.response?.headers ?? {};
  const tells = headers['retry-after'] !== undefined || isUsedUp(headers) || /rate limit/i.test(error.message);
  return error.status === 403 && tells;
}

/** Whether a failed request may pass later. */
export function classifyRequest(error: unknown, now = Date.now()): Verdict {
  if (!isRequestError(error)) return { retry: isConnectionReset(error) };
  // Octokit reports a broken connection as status 500 without a response.
  if (!isRateLimit(error) && error.status < 500) return { retry: false };
  const afterSeconds = askedSeconds(error.response?.headers ?? {}, now);
  return afterSeconds === undefined ? { retry: true } : { retry: true, afterSeconds };
}

export interface GitHubOptions {
  token: string;
  apiUrl: string;
  /** Retries after the first attempt of each request; 4 when left out. */
  retries?: number;
  /** Of each answer; {@link ANSWER_LIMITS} when left out. */
  limits?: AnswerLimits;
  /** For tests. */
  wait?: (seconds: number) => Promise<unknown>;
}

/**
 * Of each answer. GitHub itself ends a request after 10 s (https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts);
 * its largest answers are lists of 100 releases with notes of 125,000 characters each, and files.
 */
const ANSWER_LIMITS: AnswerLimits = { bytes: 64 * 1024 * 1024, seconds: 60 };

/**
 * The API of the repository's own server, with retries by class. Each answer is JSON, read whole and within limits; {@link answerTo} reads its parts.
 * A request made with `request: { retries: 0 }` is not repeated: for calls that are not idempotent and whose caller looks what became of them.
 */
export async function openGitHub(options: GitHubOptions): Promise<GitHub> {
  const { token, apiUrl, retries = 4, limits = ANSWER_LIMITS, wait } = options;
  const { getOctokit } = await import('@actions/github');
  const github = getOctokit(token, {
    baseUrl: apiUrl,
    userAgent: 'gitops-actions',
    log: { debug, info: debug, warn: debug, error: debug },
  });
  github.hook.wrap('request', (request, options) => {
    const { fetch, retries: own } = options.request as { fetch: Parameters<typeof boundedFetch>[0]; retries?: number };
    // Set in place: the hooks below this one get the same object, not what is passed on (https://github.com/gr2m/before-after-hook).
    options.request = { ...options.request, fetch: boundedFetch(fetch, limits) };
    return withRetries(() => requestJson(async () => request(options)), {
      retries: own ?? retries,
      classify: classifyRequest,
      onRetry: (error, attempt, seconds) =>
        info(
          `${options.method} ${options.url} failed (${answerOf(error)}); attempt ${attempt + 1} in ${seconds.toFixed(1)} s`,
        ),
      ...(wait === undefined ? {} : { wait }),
    });
  });
  return github;
}

/** What Octokit gives for a request: https://github.com/octokit/request.js#request */
export interface GitHubResponse {
  url: string;
  status: number;
  headers: ResponseHeaders;
  data: unknown;
}

/** @throws {UnusableAnswerError} for an answer beyond the limits or other than JSON, which Octokit would give as a text */
async function requestJson<T extends GitHubResponse>(send: () => Promise<T>): Promise<T> {
  const response = await send().catch((error: unknown) => {
    // Octokit hides what `fetch` threw in an error with the status 500, which would be repeated.
    const { cause } = error as Error;
    throw cause instanceof UnusableAnswerError ? cause : error;
  });
  const { status, url, data } = response;
  const isJson = typeof data === 'object' && data !== null && !(data instanceof ArrayBuffer);
  if (isJson || status === 204 || status === 205) return response;
  throw new UnusableAnswerError(serverName(url), `it is no JSON (status ${status})`);
}

/**
 * The answer to a request, to read its parts by type.
 * @param subject what it is: "the release v1.4.2"
 */
export function answerTo({ data, url }: Pick<GitHubResponse, 'data' | 'url'>, subject: string): Answer {
  return new Answer(data, serverName(url), subject);
}

/** Of all pages of a list together. */
const LIST_LIMITS = { pages: 1000, seconds: 300 };

/**
 * The pages of a list, each as its items, as long as the server says that there is another one. They are asked for by number: an address that the
 * server names could be another server's, which would get the token.
 * @param ask gives the page of that number, from 1
 * @throws {UnusableAnswerError} for a page that is no list, and a list without end
 */
export async function* pagesOf(
  subject: string,
  ask: (page: number) => Promise<GitHubResponse>,
  limits = LIST_LIMITS,
): AsyncGenerator<Answer[]> {
  const end = performance.now() + limits.seconds * 1000;
  for (let page = 1; ; page++) {
    const response = await ask(page);
    yield answerTo(response, subject).list();
    if (!/<[^<>]+>;\s*rel="next"/.test(String(response.headers.link ?? ''))) return;
    if (page === limits.pages || performance.now() > end) answerTo(response, subject).fail('has no end');
  }
}

/**
 * The error for a user from a failed request.
 * @param action what was asked, as a noun phrase: "creating the release v1.4.2"
 * @param permission what the job's `permissions:` block must have: "contents: write"
 */
export function explainRequest(error: unknown, action: string, permission: string): Error {
  if (error instanceof ActionError) return error;
  const status = statusOf(error);
  if (status === undefined && !isConnectionReset(error))
    return error instanceof Error ? error : new Error(String(error));
  const answer = answerOf(error);
  if (status === 401) {
    return new ActionError({
      what: `${action} was refused`,
      why: `the token is not valid (${answer})`,
      next: 'Pass a token that is neither expired nor revoked; the default is the job token, `${{ github.token }}`.',
      cause: error,
    });
  }
  const verdict = classifyRequest(error);
  if (status === 403 && !verdict.retry) return new PermissionError(action, permission, answer, error);
  if (status === 404) {
    return new ActionError({
      what: `${action} found nothing`,
      why: `the server answers ${answer}, also when the token may not see the resource`,
      next: `Check the names in the step's inputs, and that the job has \`permissions: { ${permission} }\`.`,
      cause: error,
    });
  }
  const asked = verdict.retry ? verdict.afterSeconds : undefined;
  return new ActionError({
    what: isRateLimit(error) ? `${action} met the server's rate limit` : `${action} failed`,
    why: `the server answers ${answer}${asked === undefined ? '' : ` and asks to wait ${waitText(asked)}`}`,
    next: nextAfter(verdict, asked),
    cause: error,
  });
}

function nextAfter(verdict: Verdict, asked: number | undefined): string {
  if (!verdict.retry) return 'Correct what the answer names and run the step again.';
  return `Run the job again${asked === undefined ? '' : ' after that time'}; it goes on from where it stopped.`;
}
