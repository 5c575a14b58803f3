import { ActionError, PermissionError } from '../../../lib/errors.ts';
import {
  classifyRequestError,
  explainRequestError,
  type GitHub,
  isRateLimit,
  type ResponseHeaders,
  requestedWaitSeconds,
  requestFailure,
  responseData,
  SECONDARY_LIMIT_SECONDS,
} from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import { HeadMovedError, RateLimitError, ResponseLostError, type TransientError } from '../commit/repository.ts';

interface GraphqlError {
  type?: string | undefined;
  message: string;
  path?: readonly unknown[] | undefined;
}

/** Sends one GraphQL document and returns its data. */
export interface Graphql {
  /** @throws {ActionError} with the server's reason */
  query(document: string, variables: Record<string, unknown>, action: string): Promise<ResponseData>;
  /** Sent once: the caller checks the outcome when the response is lost. @throws as {@link explainErrors} describes */
  mutate(document: string, variables: Record<string, unknown>, action: string): Promise<ResponseData>;
}

interface SendOptions {
  action: string;
  /** Default: those of the client. */
  retries?: number;
}

export function createGraphql(github: GitHub, url: string): Graphql {
  const send = async (query: string, variables: Record<string, unknown>, { action, retries }: SendOptions) => {
    const response = await github.request(`POST ${url}`, {
      query,
      variables,
      ...(retries === undefined ? {} : { request: { retries } }),
    });
    const body = responseData(response, `the response to ${action}`);
    return {
      data: body.at('data').optional,
      errors: (body.at('errors').optional?.list() ?? []).map(toGraphqlError),
      headers: response.headers,
    };
  };
  return {
    async query(document, variables, action) {
      const { data, errors, headers } = await send(document, variables, { action }).catch((error: unknown) => {
        throw explainRequestError(error, action, 'contents: write');
      });
      // A path that does not exist is `null`, which some servers also report as an error of that field.
      const relevant = errors.filter(({ type, path }) => !(type === 'NOT_FOUND' && path?.includes('target')));
      if (relevant.length > 0 || data === undefined) throw explainErrors(relevant, action, headers);
      return data;
    },
    async mutate(document, variables, action) {
      const { data, errors, headers } = await send(document, variables, { action, retries: 0 }).catch(
        (error: unknown) => {
          throw toTransient(error, action) ?? explainRequestError(error, action, 'contents: write');
        },
      );
      if (errors.length > 0 || data === undefined) throw explainErrors(errors, action, headers);
      return data;
    },
  };
}

function toGraphqlError(raw: ResponseData): GraphqlError {
  const path = raw
    .at('path')
    .optional?.list()
    .map(({ value }) => value);
  return { type: raw.at('type').optional?.string(), message: raw.at('message').string(), path };
}

/** The error for a failed request that may be sent again once its outcome is known; `undefined` for any other. */
export function toTransient(error: unknown, action: string): TransientError | undefined {
  const decision = classifyRequestError(error);
  if (!decision.retry) return undefined;
  const Kind = isRateLimit(error) ? RateLimitError : ResponseLostError;
  return new Kind(action, requestFailure(error), { ...decision, cause: error });
}

const HEAD_MOVED = /expected branch to point to|is at .* but expected|pull and try again/i;
const RULES =
  /rule violations?|protected branch|branch protection|through a pull request|required status check|GH006|GH013|verified signatures|creations being restricted/i;
const TRANSIENT = /something went wrong while executing|timed? ?out|timeout|temporarily|try again later/i;

/**
 * GraphQL reports failures with status 200; this function distinguishes them. Types as GitHub sends them:
 * https://docs.github.com/graphql/guides/introduction-to-graphql and, for a moved head, `STALE_DATA`
 * (https://github.com/planetscale/ghcommit/pull/153). A ruleset's refusal has no separate type, so its message decides
 * (https://github.com/Thinkmill/keystatic/issues/1598).
 * @param headers of the response
 */
export function explainErrors(errors: readonly GraphqlError[], action: string, headers: ResponseHeaders = {}): Error {
  // By its specification a response has data or errors: https://spec.graphql.org/October2021/#sec-Response-Format
  if (errors.length === 0) return new ResponseLostError(action, 'the server responded with no data');
  const reason = errors.map(({ message }) => message.replaceAll(/\s*\n\s*/g, ' ').trim()).join('; ');
  const has = (...types: string[]): boolean => errors.some(({ type }) => type !== undefined && types.includes(type));
  if (has('STALE_DATA') || HEAD_MOVED.test(reason)) return new HeadMovedError(reason);
  if (has('BRANCH_PROTECTION_RULE_VIOLATION', 'REPOSITORY_RULE_VIOLATION') || RULES.test(reason)) {
    return new ActionError({
      what: `${action} violates the branch's rules`,
      why: reason,
      next: 'Pass the token of an app (or of a user) that the ruleset lists as a bypass actor; the job token cannot be one. Or set mode: pull-request, which complies with the rules.',
    });
  }
  if (has('RATE_LIMITED', 'RATE_LIMIT') || /\brate limit\b/i.test(reason)) {
    const afterSeconds = requestedWaitSeconds(headers);
    const wait = afterSeconds === undefined ? { minimumSeconds: SECONDARY_LIMIT_SECONDS } : { afterSeconds };
    return new RateLimitError(action, `the server responded with ${reason}`, wait);
  }
  if (has('FORBIDDEN', 'INSUFFICIENT_SCOPES'))
    return new PermissionError(action, 'contents: write', { message: reason });
  if (has('NOT_FOUND')) {
    return new ActionError({
      what: `${action} failed: not found`,
      why: `the server responded with ${reason}, which is also the response when the token cannot see the repository`,
      next: 'Check the inputs repository and branch, and that the token may read and write there: the job token has access to its own repository only.',
    });
  }
  if (has('SERVICE_UNAVAILABLE', 'INTERNAL') || TRANSIENT.test(reason))
    return new ResponseLostError(action, `the server responded with ${reason}`);
  return new ActionError({
    what: `${action} failed`,
    why: `the server responded with ${reason}`,
    next: 'Correct what the response names, then run the step again.',
  });
}
