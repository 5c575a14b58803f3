import { HttpClient } from '@actions/http-client';
import type { AssetContent } from './releases.ts';

/** An answer other than 2xx, in the form of Octokit's errors, so that both are explained and retried alike. */
class UploadError extends Error {
  override name = 'UploadError';
  readonly status: number;
  readonly response: { headers: Record<string, string | undefined>; data: unknown };

  constructor(status: number, headers: Record<string, string | undefined>, data: unknown) {
    super((data as { message?: string } | undefined)?.message ?? `HTTP ${status}`);
    this.status = status;
    this.response = { headers, data };
  }
}

/**
 * Send a file and read the JSON answer. By the toolkit's HTTP client, which honours the runner's proxy settings as Octokit does:
 * Octokit's `fetch` reads a streamed body as fast as the disk gives it, so that a file of a gigabyte takes a gigabyte of memory.
 * @throws {UploadError} for an answer other than 2xx
 */
export async function postStream(url: string, content: AssetContent, token: string): Promise<unknown> {
  const body = await content.open();
  const client = new HttpClient('gitops-actions', [], { allowRetries: false });
  try {
    const response = await client.sendStream('POST', url, body, {
      accept: 'application/vnd.github+json',
      authorization: `token ${token}`,
      'content-type': content.contentType,
      'content-length': content.size,
    });
    const status = response.message.statusCode ?? 0;
    const text = await response.readBody();
    const data = parseJson(text);
    if (status >= 200 && status < 300 && typeof data === 'object') return data;
    const headers = response.message.headers as Record<string, string | undefined>;
    throw new UploadError(status >= 400 ? status : 502, headers, data ?? { message: text.slice(0, 200) });
  } catch (error) {
    throw withCode(error);
  } finally {
    body.destroy();
    client.dispose();
  }
}

/** The client reports a connection on which nothing moves by words alone; the code lets it be seen as what it is. */
function withCode(error: unknown): unknown {
  return error instanceof Error && error.message.startsWith('Request timeout')
    ? Object.assign(new Error(error.message, { cause: error }), { code: 'ETIMEDOUT' })
    : error;
}

/** A gateway's error page is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
