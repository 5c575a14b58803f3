import { type Agent, type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import {
  InvalidResponseError,
  type ResponseLimits,
  ResponseTimeoutError,
  readBytes,
} from '../../../lib/requests/responses.ts';

export interface RegistryRequest {
  url: string;
  /** The `Authorization` header. */
  authorization: string | undefined;
  /** Sent as a form with POST; without it the request is a GET. */
  form?: string;
}

export interface RegistryResponse {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The limit of docker's client. */
const MAX_REDIRECTS = 10;
const REDIRECT_STATUSES = [301, 302, 303, 307, 308];

/**
 * One request with its whole response, through the runner's proxy, which Node's own `fetch` would bypass.
 * A redirect is followed only for a GET, and without the login if it leads to another origin: a form contains the login.
 * @param server as errors name it
 * @throws {InvalidResponseError} for a response beyond the limits or a redirect that must not be followed, {@link ResponseTimeoutError} when it takes
 *   too long, and Node's own errors when the connection breaks
 */
export async function sendRequest(
  request: RegistryRequest,
  limits: ResponseLimits,
  server: string,
): Promise<RegistryResponse> {
  // A large package, and most runs use registries only through docker.
  const { HttpClient } = await import('@actions/http-client');
  const deadline = AbortSignal.timeout(limits.seconds * 1000);
  let { url, authorization } = request;
  try {
    for (let redirects = 0; ; redirects++) {
      const response = await exchange(
        { ...request, url, authorization },
        // A client keeps its first agent, which may be for another protocol than that of a redirect.
        { agent: new HttpClient().getAgent(url), signal: deadline },
        (message) => readBytes(message, limits.bytes, server),
      );
      const { location } = response.headers;
      if (request.form !== undefined || location === undefined || !REDIRECT_STATUSES.includes(response.status))
        return response;
      if (redirects === MAX_REDIRECTS) throw new InvalidResponseError(server, 'it redirects endlessly');
      const target = redirectTarget(url, location, server);
      if (target.origin !== new URL(url).origin) authorization = undefined;
      url = target.href;
    }
  } catch (error) {
    throw deadline.aborted && !(error instanceof InvalidResponseError)
      ? new ResponseTimeoutError(server, limits.seconds)
      : error;
  }
}

function redirectTarget(url: string, location: string, server: string): URL {
  const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
  const isSafe = target?.protocol === 'https:' || (target?.protocol === 'http:' && isLoopback(target.host));
  if (target === undefined || !isSafe)
    throw new InvalidResponseError(server, 'it redirects to an address without https');
  return target;
}

async function exchange(
  { url, authorization, form }: RegistryRequest,
  connection: { agent: Agent; signal: AbortSignal },
  read: (message: IncomingMessage) => Promise<Buffer>,
): Promise<RegistryResponse> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const send = new URL(url).protocol === 'https:' ? tlsRequest : plainRequest;
    const outgoing = send(url, {
      method: form === undefined ? 'GET' : 'POST',
      ...connection,
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

/** Whether a host is this machine: docker and containerd use HTTP without TLS for it. */
export function isLoopback(host: string): boolean {
  const name = new URL(`http://${host}`).hostname;
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
