import { isHtml, readBytes } from '../../../../lib/requests/responses.ts';
import type { RegistryCall } from './registry-call.ts';
import type { RegistryResponse, StreamedResponse } from './registry-request.ts';

/** Of the response to an upload, or of what a proxy sends in its place. */
const MAX_BODY_BYTES = 1024 * 1024;
/** Where a page shows what it is. */
const MAX_START_BYTES = 1024;

/**
 * What is wrong with a successful response, as a predicate: a proxy sent it, or its body is not complete. The content type alone does not show a proxy:
 * quay.io sends `text/html` with every text, as its framework does (https://flask.palletsprojects.com/en/stable/quickstart/#about-responses).
 */
export function problemOfResponse(
  { method, problemOf }: Pick<RegistryCall, 'method' | 'problemOf'>,
  response: RegistryResponse | StreamedResponse,
): string | undefined {
  const { status, headers } = response;
  if (status >= 300) return undefined;
  // A response to HEAD has no body. Registries send the digest of what they have.
  if (method === 'HEAD')
    return isTypedAsHtml(response) && headers['docker-content-digest'] === undefined ? 'is an HTML page' : undefined;
  if (!('body' in response)) return undefined;
  if (isHtml(response.body.subarray(0, MAX_START_BYTES).toString('utf8'))) return 'is an HTML page';
  return status === 200 ? problemOf?.(response.body) : undefined;
}

const isTypedAsHtml = ({ headers }: Pick<RegistryResponse, 'headers'>): boolean =>
  /^text\/html\b/i.test(headers['content-type'] ?? '');

/** The response with its body. */
export async function withBody({ stream, ...response }: StreamedResponse, server: string): Promise<RegistryResponse> {
  return { ...response, body: await readBytes(stream, MAX_BODY_BYTES, server) };
}
