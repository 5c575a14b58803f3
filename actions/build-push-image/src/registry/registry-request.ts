import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { HttpClient } from '@actions/http-client';
import { InvalidResponseError, type ResponseLimits, ResponseTimeoutError, readBytes } from '../../../lib/responses.ts';
import { isLoopback } from '../docker/docker-config.ts';

export interface RegistryRequest {
  url: string;
  /** The header of that name. */
  authorization: string | undefined;
  /** Sent as a form by POST; without it the request is a GET. */
  form?: string;
}

export interface RegistryResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** As many as docker's client follows. */
const MOST_REDIRECTS = 10;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * One request with its whole answer, through the runner's proxy, which Node's own `fetch` would pass by.
 * A redirect is followed for a GET alone, without the login when it leads to another origin: a form holds the login itself.
 * @param from the server, as errors call it
 * @throws {InvalidResponseError} for an answer beyond the limits or a redirect that must not be followed, {@link ResponseTimeoutError} when it takes
 *   too long, and Node's own errors when the connection breaks
 */
export async function sendRequest(
  request: RegistryRequest,
  limits: ResponseLimits,
  from: string,
): Promise<RegistryResponse> {
  const deadline = AbortSignal.timeout(limits.seconds * 1000);
  let { url, authorization } = request;
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await exchange({ ...request, url, authorization }, deadline, (message) =>
        readBytes(message, limits.bytes, from),
      );
      const { location } = response.headers;
      if (request.form !== undefined || location === undefined || !REDIRECTS.includes(response.status)) return response;
      if (redirects === MOST_REDIRECTS) throw new InvalidResponseError(from, 'its redirects have no end');
      const target = redirectTarget(url, location, from);
      if (target.origin !== new URL(url).origin) authorization = undefined;
      url = target.href;
    }
  } catch (error) {
    throw deadline.aborted && !(error instanceof InvalidResponseError)
      ? new ResponseTimeoutError(from, limits.seconds)
      : error;
  }
}

function redirectTarget(url: string, location: string, from: string): URL {
  const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
  const isSafe = target?.protocol === 'https:' || (target?.protocol === 'http:' && isLoopback(target.host));
  if (target === undefined || !isSafe)
    throw new InvalidResponseError(from, 'it redirects to something else than an address with https');
  return target;
}

async function exchange(
  { url, authorization, form }: RegistryRequest,
  signal: AbortSignal,
  read: (message: IncomingMessage) => Promise<Buffer>,
): Promise<RegistryResponse> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = new URL(url).protocol === 'https:' ? tlsRequest : plainRequest;
    const outgoing = send(url, {
      method: form === undefined ? 'GET' : 'POST',
      agent: new HttpClient().getAgent(url),
      signal,
      headers: {
        'user-agent': 'gitops-actions',
        ...(authorization === undefined ? {} : { authorization }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    outgoing.on('response', resolve).on('error', reject).end(form);
  });
  const body = await read(response);
  return { status: response.statusCode ?? 0, headers: response.headers, text: body.toString('utf8') };
}
