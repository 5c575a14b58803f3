import { type GitHub, type GitHubResponse, responseData } from './github.ts';
import type { ResponseData } from './responses.ts';

/** The error of a GraphQL response in the shape of Octokit's errors, so that it is explained and retried as one of the REST API. */
class GraphqlResponseError extends Error {
  override name = 'GraphqlResponseError';
  readonly status: number;
  readonly response: { headers: GitHubResponse['headers']; data: unknown };

  constructor(status: number, message: string, headers: GitHubResponse['headers']) {
    super(message);
    this.status = status;
    this.response = { headers, data: { message } };
  }
}

export interface GraphqlQuery {
  document: string;
  variables: Record<string, unknown>;
  /** What the response is, for messages: "the tags of acme/shop". */
  subject: string;
}

/**
 * The data of a query or a mutation. GraphQL reports errors with status 200; they are thrown as a response of the REST API with the status that means
 * the same. A mutation is sent once: its caller checks the outcome when the response is lost.
 * @param url from the runner's `GITHUB_GRAPHQL_URL`
 */
export async function sendGraphql(github: GitHub, url: string, query: GraphqlQuery): Promise<ResponseData> {
  const { document, variables, subject } = query;
  const check = (response: GitHubResponse): void => assertNoErrors(response, subject);
  const retries = document.startsWith('mutation') ? { retries: 0 } : {};
  const response = await github.request(`POST ${url}`, { query: document, variables, request: { check, ...retries } });
  return responseData(response, subject).at('data');
}

function assertNoErrors(response: GitHubResponse, subject: string): void {
  const errors = responseData(response, subject).at('errors').optional?.list() ?? [];
  if (errors.length === 0) return;
  const type = errors[0]?.at('type').optional?.string() ?? '';
  const messages = errors.map((error) => error.at('message').string().replaceAll(/\s+/g, ' ')).join('; ');
  throw new GraphqlResponseError(statusOfErrors(type, messages), messages, response.headers);
}

/** Types as GitHub sends them: https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api */
function statusOfErrors(type: string, messages: string): number {
  if (type === 'NOT_FOUND') return 404;
  if (/^RATE_LIMIT/.test(type) || /\brate limit\b/i.test(messages)) return 429;
  if (type === 'STALE_DATA') return 409;
  if (type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES') return 403;
  const isTransient =
    type === 'SERVICE_UNAVAILABLE' || type === 'INTERNAL' || /something went wrong|timed? ?out/i.test(messages);
  return isTransient ? 502 : 422;
}
