import { ActionError, PermissionError } from '../../../lib/errors.ts';
import {
  classifyRequestError,
  explainRequestError,
  type GitHub,
  isRateLimit,
  type ResponseHeaders,
  requestedWaitSeconds,
  responseData,
  responseMessage,
} from '../../../lib/github.ts';
import type { ResponseData } from '../../../lib/responses.ts';
import { AnswerLostError, HeadMovedError, type PassingError, RateLimitError } from '../repository.ts';

interface GraphqlFault {
  type?: string | undefined;
  message: string;
  path?: readonly unknown[] | undefined;
}

/** Sends one GraphQL document and gives its data. */
export interface Graphql {
  /** @throws {ActionError} with the server's reason */
  query(document: string, variables: Record<string, unknown>, action: string): Promise<ResponseData>;
  /** Sent once only: what became of a lost answer is the caller's to find out. @throws as {@link explainFaults} says */
  mutate(document: string, variables: Record<string, unknown>, action: string): Promise<ResponseData>;
}

export function openGraphql(github: GitHub, url: string): Graphql {
  const send = async (query: string, variables: Record<string, unknown>, action: string, retries?: number) => {
    const response = await github.request(`POST ${url}`, {
      query,
      variables,
      ...(retries === undefined ? {} : { request: { retries } }),
    });
    const answer = responseData(response, `the answer for ${action}`);
    return {
      data: answer.at('data').optional,
      faults: (answer.at('errors').optional?.list() ?? []).map(toFault),
      headers: response.headers,
    };
  };
  return {
    async query(document, variables, action) {
      const answer = await send(document, variables, action).catch((error: unknown) => {
        throw explainRequestError(error, action, 'contents: write');
      });
      // A path that is not there is `null`, which some servers also mention as an error of that field.
      const faults = answer.faults.filter(({ type, path }) => !(type === 'NOT_FOUND' && path?.includes('target')));
      if (faults.length > 0 || answer.data === undefined) throw explainFaults(faults, action, answer.headers);
      return answer.data;
    },
    async mutate(document, variables, action) {
      const answer = await send(document, variables, action, 0).catch((error: unknown) => {
        throw passing(error, action) ?? explainRequestError(error, action, 'contents: write');
      });
      if (answer.faults.length > 0 || answer.data === undefined)
        throw explainFaults(answer.faults, action, answer.headers);
      return answer.data;
    },
  };
}

function toFault(raw: ResponseData): GraphqlFault {
  const path = raw
    .at('path')
    .optional?.list()
    .map(({ value }) => value);
  return { type: raw.at('type').optional?.string(), message: raw.at('message').string(), path };
}

/** A failed request that is to be sent again later, once it is known what became of it; `undefined` for any other. */
export function passing(error: unknown, action: string): PassingError | undefined {
  const verdict = classifyRequestError(error);
  if (!verdict.retry) return undefined;
  const Kind = isRateLimit(error) ? RateLimitError : AnswerLostError;
  return new Kind(action, responseMessage(error), verdict.afterSeconds, error);
}

/** What GitHub asks for where it names no time: https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api */
const LIMITED_SECONDS = 60;

const HEAD_MOVED = /expected branch to point to|is at .* but expected|pull and try again/i;
const RULES =
  /rule violations?|protected branch|branch protection|through a pull request|required status check|GH006|GH013|verified signatures|creations being restricted/i;
const PASSING = /something went wrong while executing|timed? ?out|timeout|temporarily|try again later/i;

/**
 * GraphQL answers failures with status 200. This is the one place that tells them apart. Types as GitHub sends them:
 * https://docs.github.com/graphql/guides/introduction-to-graphql and, for a moved head, `STALE_DATA`
 * (https://github.com/planetscale/ghcommit/pull/153); a ruleset's refusal has no type of its own, so its words count
 * (https://github.com/Thinkmill/keystatic/issues/1598).
 * @param headers of the response
 */
export function explainFaults(faults: readonly GraphqlFault[], action: string, headers: ResponseHeaders = {}): Error {
  const answer = faults.map(({ message }) => message.replaceAll(/\s*\n\s*/g, ' ').trim()).join('; ') || 'no data';
  const is = (type: string): boolean => faults.some((fault) => fault.type === type);
  if (is('STALE_DATA') || HEAD_MOVED.test(answer)) return new HeadMovedError(answer);
  if (is('BRANCH_PROTECTION_RULE_VIOLATION') || is('REPOSITORY_RULE_VIOLATION') || RULES.test(answer)) {
    return new ActionError({
      what: `${action} is against the branch's rules`,
      why: answer,
      next: 'Pass the token of an app (or of a user) that the ruleset lists as a bypass actor; the job token cannot be one. Or set mode: pull-request, which needs no way around the rules.',
    });
  }
  if (is('RATE_LIMITED') || is('RATE_LIMIT') || /\brate limit\b/i.test(answer)) {
    return new RateLimitError(action, answer, requestedWaitSeconds(headers) ?? LIMITED_SECONDS, undefined);
  }
  if (is('FORBIDDEN') || is('INSUFFICIENT_SCOPES'))
    return new PermissionError(action, 'contents: write', { message: answer });
  if (is('NOT_FOUND')) {
    return new ActionError({
      what: `${action} failed: not found`,
      why: `the server responded with ${answer}, which is also the response when the token cannot see the repository`,
      next: 'Check the inputs repository and branch, and that the token may read and write there: the job token reaches its own repository alone.',
    });
  }
  if (faults.some(({ type }) => type === 'SERVICE_UNAVAILABLE' || type === 'INTERNAL') || PASSING.test(answer)) {
    return new AnswerLostError(action, answer, undefined, undefined);
  }
  return new ActionError({
    what: `${action} failed`,
    why: `the server responded with ${answer}`,
    next: 'Correct what the answer names and run the step again.',
  });
}
