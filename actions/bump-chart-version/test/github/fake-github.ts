import type { GitHub } from '../../../lib/requests/github.ts';
import { ResponseData } from '../../../lib/requests/responses.ts';
import type { Graphql } from '../../src/github/graphql.ts';

/** A client whose requests get these responses, one after the other. An error is thrown. */
export function clientWith(...responses: unknown[]): {
  github: GitHub;
  requests: { route: string; parameters: Record<string, unknown> }[];
} {
  const requests: { route: string; parameters: Record<string, unknown> }[] = [];
  const request = async (route: string, parameters: Record<string, unknown>) => {
    requests.push({ route, parameters });
    const response = responses.shift();
    if (response instanceof Error) throw response;
    return { url: 'https://x/graphql', status: 200, data: response, headers: {} };
  };
  return { github: { request } as unknown as GitHub, requests };
}

/** What Octokit throws for a response with this status. */
export const requestError = (status: number, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`status ${status}`), { status, response: { headers, data: { message: 'words' } } });

/** GraphQL whose documents get this data, one after the other. An error is thrown. */
export function graphqlWith(...data: unknown[]): { graphql: Graphql; sent: Record<string, unknown>[] } {
  const sent: Record<string, unknown>[] = [];
  const send = async (document: string, variables: Record<string, unknown>): Promise<ResponseData> => {
    sent.push({ document, ...variables });
    const next = data.shift();
    if (next instanceof Error) throw next;
    return new ResponseData(next, 'the server hub.test', 'the response');
  };
  return { graphql: { query: send, mutate: send }, sent };
}
