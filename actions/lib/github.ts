import type { getOctokit } from '@actions/github';
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
  const data = error.response?.data as { message?: string; errors?: unknown[] } | undefined;
  const details = (data?.errors ?? []).map((each) =>
    typeof each === 'string' ? each : ((each as { message?: string }).message ?? JSON.stringify(each)),
  );
  return [`${error.status}: ${data?.message ?? error.message}`, ...details].join('; ');
}

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
  /** For tests. */
  wait?: (seconds: number) => Promise<unknown>;
}

/**
 * The API of the repository's own server, with retries by class.
 * A request made with `request: { retries: 0 }` is not repeated: for calls that are not idempotent and whose caller looks what became of them.
 */
export async function openGitHub({ token, apiUrl, retries = 4, wait }: GitHubOptions): Promise<GitHub> {
  const { getOctokit } = await import('@actions/github');
  const github = getOctokit(token, {
    baseUrl: apiUrl,
    userAgent: 'gitops-actions',
    log: { debug, info: debug, warn: debug, error: debug },
  });
  github.hook.wrap('request', (request, options) =>
    withRetries(() => Promise.resolve(request(options)), {
      retries: (options.request as { retries?: number } | undefined)?.retries ?? retries,
      classify: classifyRequest,
      onRetry: (error, attempt, seconds) =>
        info(
          `${options.method} ${options.url} failed (${answerOf(error)}); attempt ${attempt + 1} in ${seconds.toFixed(1)} s`,
        ),
      ...(wait === undefined ? {} : { wait }),
    }),
  );
  return github;
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
