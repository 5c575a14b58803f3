import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import {
  InvalidResponseError,
  type ResponseLimits,
  ResponseTimeoutError,
  readBytes,
} from '../../../../lib/requests/responses.ts';
import { isUnknownIssuer, toTlsError } from './certificates.ts';
import type { Connections } from './connections.ts';

export interface RegistryRequest {
  url: string;
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** The `Authorization` header. */
  authorization: string | undefined;
  headers?: Readonly<Record<string, string>>;
  /** A stream is sent once: its request is not repeated. */
  body?: string | Uint8Array | Readable;
}

export interface RegistryResponse {
  status: number;
  headers: IncomingHttpHeaders;
  /** Where the response came from, after redirects. */
  url: string;
  body: Buffer;
}

/** A response whose content is read by the caller. */
export interface StreamedResponse extends Omit<RegistryResponse, 'body'> {
  stream: IncomingMessage;
}

export interface Transport {
  connections: Connections;
  /** The server, as errors name it. */
  server: string;
}

/** No byte was sent or received for too long. Its code marks it as transient. */
class SilenceError extends Error {
  override name = 'SilenceError';
  readonly code = 'ETIMEDOUT';

  constructor(server: string, seconds: number) {
    super(`${server} was silent for ${seconds} s`);
  }
}

/** The limit of docker's client. */
const MAX_REDIRECTS = 10;
const REDIRECT_STATUSES = [301, 302, 303, 307, 308];
/** Of a response that is not the content that was asked for. */
const ERROR_LIMITS: ResponseLimits = { bytes: 1024 * 1024, seconds: 30 };

/**
 * One request with its whole response, through the runner's proxy. A redirect is followed only for GET and HEAD, and without the login if it leads to
 * another origin.
 * @throws {InvalidResponseError} for a response beyond the limits or a redirect that must not be followed, {@link ResponseTimeoutError} when it takes
 *   too long, {@link TlsError}, and Node's own errors when the connection breaks
 */
export async function sendRequest(
  request: RegistryRequest,
  limits: ResponseLimits,
  transport: Transport,
): Promise<RegistryResponse> {
  const deadline = new Deadline(limits.seconds);
  try {
    const { stream, ...response } = await follow(request, transport, { deadline });
    return { ...response, body: await readBytes(stream, limits.bytes, transport.server) };
  } catch (error) {
    throw deadline.isOver && !(error instanceof InvalidResponseError)
      ? new ResponseTimeoutError(transport.server, limits.seconds)
      : error;
  } finally {
    deadline.clear();
  }
}

/** Ends a request, with its redirects, when it takes too long. A timer costs less than an `AbortSignal` for each request. */
class Deadline {
  isOver = false;
  #outgoing: ClientRequest | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(seconds: number) {
    this.#timer = setTimeout(() => {
      this.isOver = true;
      this.#outgoing?.destroy();
    }, seconds * 1000);
  }

  /** @param outgoing the request that is under way now */
  watch(outgoing: ClientRequest): void {
    this.#outgoing = outgoing;
    if (this.isOver) outgoing.destroy();
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * One request whose content may be of any length, in either direction. It fails when no byte moves for too long.
 * @returns the stream of a successful response, or the whole response with another status
 */
export async function streamRequest(
  request: RegistryRequest,
  idleSeconds: number,
  transport: Transport,
): Promise<StreamedResponse | RegistryResponse> {
  const response = await follow(request, transport, { idleSeconds });
  if (response.status < 300) return response;
  const { stream, ...rest } = response;
  return { ...rest, body: await readBytes(stream, ERROR_LIMITS.bytes, transport.server) };
}

interface Timing {
  deadline?: Deadline;
  idleSeconds?: number;
}

async function follow(request: RegistryRequest, transport: Transport, timing: Timing): Promise<StreamedResponse> {
  const { server } = transport;
  const { method = 'GET' } = request;
  let { url, authorization } = request;
  for (let redirects = 0; ; redirects++) {
    const stream = await exchange({ ...request, url, authorization }, transport, timing);
    const response = { status: stream.statusCode ?? 0, headers: stream.headers, url, stream };
    const { location } = response.headers;
    const isFollowed = method === 'GET' || method === 'HEAD';
    if (!isFollowed || location === undefined || !REDIRECT_STATUSES.includes(response.status)) return response;
    await readBytes(stream, ERROR_LIMITS.bytes, server);
    if (redirects === MAX_REDIRECTS) throw new InvalidResponseError(server, 'it redirects endlessly');
    const target = safeTarget(url, location, server);
    if (target.origin !== new URL(url).origin) authorization = undefined;
    url = target.href;
  }
}

/** The address that a response refers to. */
export function safeTarget(url: string, location: string, server: string): URL {
  const target = URL.canParse(location, url) ? new URL(location, url) : undefined;
  const isSafe = target?.protocol === 'https:' || (target?.protocol === 'http:' && isLoopback(target.host));
  if (target === undefined || !isSafe)
    throw new InvalidResponseError(server, 'it redirects to an address without https');
  return target;
}

/** The response to one request, without redirects. */
async function exchange(request: RegistryRequest, transport: Transport, timing: Timing): Promise<IncomingMessage> {
  const url = new URL(request.url);
  const isRepeatable = !isStream(request.body);
  const { connections } = transport;
  for (let hasRepeated = false; ; ) {
    const agent = await connections.agent(url);
    const outgoing = open(url, request, { agent, timing, server: transport.server });
    try {
      return await responseOf(outgoing, request.body);
    } catch (error) {
      if (isRepeatable && isUnknownIssuer(error) && (await connections.trustMore(url, agent))) continue;
      // The server closed an idle connection just as it was used again: https://nodejs.org/api/http.html#requestreusedsocket
      const wasIdle = outgoing.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
      if (!isRepeatable || !wasIdle || hasRepeated) throw toTlsError(error, url.host) ?? error;
      hasRepeated = true;
    }
  }
}

function open(
  url: URL,
  { method = 'GET', authorization, headers, body }: RegistryRequest,
  { agent, timing, server }: { agent: Agent; timing: Timing; server: string },
): ClientRequest {
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const outgoing = send(url, {
    method,
    agent,
    headers: {
      'user-agent': 'gitops-actions',
      ...(authorization === undefined ? {} : { authorization }),
      ...(isStream(body) || method === 'GET' || method === 'HEAD'
        ? {}
        : { 'content-length': String(Buffer.byteLength(body ?? '')) }),
      ...headers,
    },
  });
  const { idleSeconds, deadline } = timing;
  deadline?.watch(outgoing);
  if (idleSeconds !== undefined) {
    let response: IncomingMessage | undefined;
    outgoing.once('response', (message) => {
      response = message;
    });
    outgoing.setTimeout(idleSeconds * 1000, () =>
      (response ?? outgoing).destroy(new SilenceError(server, idleSeconds)),
    );
  }
  return outgoing;
}

function responseOf(outgoing: ClientRequest, body: RegistryRequest['body']): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', (message) => {
      if (isStream(body)) {
        // A registry can refuse an upload before it is complete. Half a request would keep its connection open, and the process running.
        body.destroy();
        if (!outgoing.writableFinished) message.once('close', () => outgoing.destroy());
      }
      resolve(message);
    });
    outgoing.on('error', reject);
    if (!isStream(body)) return void outgoing.end(body);
    body.on('error', (error) => {
      reject(error);
      outgoing.destroy();
    });
    outgoing.on('close', () => body.destroy());
    body.pipe(outgoing);
  });
}

const isStream = (body: RegistryRequest['body']): body is Readable =>
  body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);

/** Whether a host is this machine: docker and containerd use HTTP without TLS for it. */
export function isLoopback(host: string): boolean {
  const name = new URL(`http://${host}`).hostname;
  return name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
