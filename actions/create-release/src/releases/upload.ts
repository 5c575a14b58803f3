import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { HttpClient } from '@actions/http-client';
import {
  ResponseData,
  type ResponseLimits,
  ResponseTimeoutError,
  readBytes,
  serverName,
} from '../../../lib/requests/responses.ts';
import type { AssetContent } from './releases.ts';
import { ResponseError } from './response-error.ts';

/**
 * Send a file and read the JSON response. Node's own client sends it: Octokit's `fetch` reads a streamed body as fast as the disk delivers
 * it, so a file of a gigabyte needs a gigabyte of memory, and the toolkit's client waits for a response although the file has failed.
 * No redirect is followed: the file would already be read, and the token would be sent along.
 * @throws {ResponseError} for a response other than 2xx, and the error of the file's stream
 */
export async function postStream(
  { url, token }: { url: string; token: string },
  content: AssetContent,
  limits: ResponseLimits = RESPONSE_LIMITS,
): Promise<ResponseData> {
  const server = serverName(url);
  const body = await content.open();
  // Its agent honours the runner's proxy settings as Octokit does.
  const client = new HttpClient('gitops-actions');
  const request = (url.startsWith('https:') ? https : http).request(url, {
    method: 'POST',
    agent: client.getAgent(url),
    headers: {
      'user-agent': 'gitops-actions',
      accept: 'application/vnd.github+json',
      authorization: `token ${token}`,
      'content-type': content.contentType,
      'content-length': content.size,
    },
  });
  try {
    const response = await send(request, body, server);
    const text = await readResponse(response, limits, server);
    const data = parseJson(text);
    // The page of a proxy, which is transient.
    if (typeof data !== 'object') throw new ResponseError(502, {}, { message: text.slice(0, 200) });
    return new ResponseData(data, server, `the file ${content.name}`);
  } finally {
    body.destroy();
    request.destroy();
    client.dispose();
  }
}

/** The longest time without a byte in either direction. */
const MAX_SILENCE_SECONDS = 180;

/** The response, which can arrive before the whole file is sent. If the file fails, the request is aborted. */
async function send(request: ClientRequest, body: Readable, server: string): Promise<IncomingMessage> {
  request.setTimeout(MAX_SILENCE_SECONDS * 1000, () =>
    request.destroy(new ResponseTimeoutError(server, MAX_SILENCE_SECONDS)),
  );
  // `once` handles only the first error.
  request.on('error', () => undefined);
  body.on('error', (error) => request.destroy(error));
  const response = once(request, 'response');
  body.pipe(request);
  const [message] = (await response) as [IncomingMessage];
  body.unpipe(request);
  return message;
}

/** Of the response, counted from its headers, because the duration of the upload depends on the size of the file. */
const RESPONSE_LIMITS: ResponseLimits = { bytes: 1024 * 1024, seconds: 60 };

/**
 * The text of a response.
 * @throws {ResponseError} for a response other than 2xx
 */
export async function readResponse(
  message: IncomingMessage,
  { bytes, seconds }: ResponseLimits,
  from: string,
): Promise<string> {
  const timer = setTimeout(() => message.destroy(new ResponseTimeoutError(from, seconds)), seconds * 1000);
  try {
    const text = (await readBytes(message, bytes, from)).toString('utf8');
    const status = message.statusCode ?? 0;
    if (status >= 200 && status < 300) return text;
    const headers = message.headers as Record<string, string | undefined>;
    throw new ResponseError(status >= 400 ? status : 502, headers, parseJson(text) ?? { message: text.slice(0, 200) });
  } finally {
    clearTimeout(timer);
  }
}

/** The error page of a gateway is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
