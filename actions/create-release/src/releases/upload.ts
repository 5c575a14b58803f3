import type { IncomingMessage } from 'node:http';
import { HttpClient } from '@actions/http-client';
import {
  ResponseData,
  type ResponseLimits,
  ResponseTimeoutError,
  readBytes,
  serverName,
} from '../../../lib/requests/responses.ts';
import type { AssetContent } from './releases.ts';

/** A response other than 2xx, in the shape of Octokit's errors, so that both are explained and retried the same way. */
class UploadError extends Error {
  override name = 'UploadError';
  readonly status: number;
  readonly response: { headers: Record<string, string | undefined>; data: unknown };

  constructor(status: number, headers: Record<string, string | undefined>, data: unknown) {
    const message = (data as { message?: unknown } | undefined)?.message;
    super(typeof message === 'string' ? message : `HTTP ${status}`);
    this.status = status;
    this.response = { headers, data };
  }
}

/**
 * Send a file and read the JSON response. It uses the toolkit's HTTP client, which honours the runner's proxy settings as Octokit does:
 * Octokit's `fetch` reads a streamed body as fast as the disk delivers it, so a file of a gigabyte needs a gigabyte of memory.
 * @throws {UploadError} for a response other than 2xx
 */
export async function postStream(
  { url, token }: { url: string; token: string },
  content: AssetContent,
  limits: ResponseLimits = RESPONSE_LIMITS,
): Promise<ResponseData> {
  // No redirect is followed: the file would already be read, and the token would be sent along.
  const client = new HttpClient('gitops-actions', [], { allowRetries: false, allowRedirects: false });
  const body = await content.open();
  try {
    const response = await client.sendStream('POST', url, body, {
      accept: 'application/vnd.github+json',
      authorization: `token ${token}`,
      'content-type': content.contentType,
      'content-length': content.size,
    });
    const status = response.message.statusCode ?? 0;
    const text = await readText(response.message, limits, serverName(url));
    const data = parseJson(text);
    if (status >= 200 && status < 300 && typeof data === 'object')
      return new ResponseData(data, serverName(url), `the file ${content.name}`);
    const headers = response.message.headers as Record<string, string | undefined>;
    throw new UploadError(status >= 400 ? status : 502, headers, data ?? { message: text.slice(0, 200) });
  } catch (error) {
    throw withErrorCode(error);
  } finally {
    body.destroy();
    client.dispose();
  }
}

/** Of the response, counted from its headers, because the duration of the upload depends on the size of the file. */
const RESPONSE_LIMITS: ResponseLimits = { bytes: 1024 * 1024, seconds: 60 };

async function readText(message: IncomingMessage, { bytes, seconds }: ResponseLimits, from: string): Promise<string> {
  const timer = setTimeout(() => message.destroy(new ResponseTimeoutError(from, seconds)), seconds * 1000);
  try {
    return (await readBytes(message, bytes, from)).toString('utf8');
  } finally {
    clearTimeout(timer);
  }
}

/** The client reports a stalled connection in words only; the code marks it as transient. */
function withErrorCode(error: unknown): unknown {
  return error instanceof Error && error.message.startsWith('Request timeout')
    ? Object.assign(new Error(error.message, { cause: error }), { code: 'ETIMEDOUT' })
    : error;
}

/** The error page of a gateway is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
