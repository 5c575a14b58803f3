import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { ApiError } from '../errors.ts';
import type { FaultAction } from './faults.ts';

/**
 * Precedes the path to which the fault `redirect` leads, so that the second request is served. Git follows a redirect only
 * if the end of the address stays the same.
 */
const REDIRECTED = '/hub-redirected';

/** Removes the mark of a redirect from an address. @returns whether it was there */
export function takeRedirectMark(url: URL): boolean {
  if (!url.pathname.startsWith(`${REDIRECTED}/`)) return false;
  url.pathname = url.pathname.slice(REDIRECTED.length);
  return true;
}

/** The response of a fault that does not serve the request; undefined when the request is served. */
export function respondInstead(fault: FaultAction | undefined, url: URL): Response | undefined {
  if (fault === 'html') {
    const body = '<!DOCTYPE html><html><head><title>Proxy</title></head><body><h1>Please wait</h1></body></html>';
    return new Response(body, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  }
  if (fault === 'redirect') {
    const location = new URL(url);
    location.pathname = REDIRECTED + url.pathname;
    const body = {
      message: 'Temporary Redirect',
      url: location.href,
      documentation_url: 'https://docs.github.com/rest',
    };
    return Response.json(body, { status: 307, headers: { location: location.href } });
  }
  if (typeof fault !== 'object' || !('status' in fault)) return undefined;
  return statusResponse(fault);
}

export function statusResponse(fault: Extract<FaultAction, { status: number }>): Response {
  const body =
    fault.body ??
    new ApiError(fault.status, `An injected fault with status ${fault.status}`).body('https://docs.github.com/rest');
  const isText = typeof body === 'string';
  return new Response(isText ? body : JSON.stringify(body), {
    status: fault.status,
    headers: { 'content-type': isText ? 'text/plain' : 'application/json; charset=utf-8', ...fault.headers },
  });
}

/** Breaks the response to a request that was served. */
export async function breakResponse(
  fault: FaultAction | undefined,
  response: Response,
  outgoing: ServerResponse,
): Promise<Response> {
  if (fault !== 'cut-response' && fault !== 'invalid-json' && fault !== 'empty-response') return response;
  const bytes = Buffer.from(await response.arrayBuffer());
  const half = bytes.subarray(0, fault === 'empty-response' ? 0 : Math.floor(bytes.length / 2));
  const { status, headers } = response;
  headers.delete('content-length');
  if (fault !== 'cut-response') return new Response(status === 204 ? null : new Uint8Array(half), { status, headers });
  outgoing.writeHead(status, { ...Object.fromEntries(headers), 'content-length': bytes.length });
  await new Promise<void>((resolve) => outgoing.write(half, () => resolve()));
  // `end` would wait for the other half.
  outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}
