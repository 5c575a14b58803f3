/** The headers of GitHub's responses, and what a request's headers ask for. */
import { createHash } from 'node:crypto';
import type { Actor } from '../accounts.ts';
import { ApiError } from '../errors.ts';

const DEFAULT_VERSION = '2022-11-28';
/** https://docs.github.com/rest/about-the-rest-api/api-versions */
const VERSIONS: ReadonlySet<string> = new Set([DEFAULT_VERSION, '2026-03-10']);

/** @throws ApiError 400 for a version of the API that does not exist */
export function selectVersion(headers: Headers): string {
  const version = headers.get('x-github-api-version') ?? DEFAULT_VERSION;
  if (!VERSIONS.has(version)) throw new ApiError(400, `"${version}" is not a supported version of the API`);
  return version;
}

/** https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api#user-agent-required */
export function requireUserAgent(headers: Headers): Response | undefined {
  if (headers.get('user-agent')) return undefined;
  const text = 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.\n';
  return new Response(text, { status: 403, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

export function commonHeaders(actor: Actor | null): Record<string, string> {
  return {
    'x-github-media-type': 'github.v3; format=json',
    'cache-control': `${actor ? 'private' : 'public'}, max-age=60, s-maxage=60`,
    vary: 'Accept, Authorization, Cookie, X-GitHub-OTP, Accept-Encoding, X-Requested-With',
    ...(actor?.token.kind === 'user' && actor.token.permissions === 'all' ? SCOPES : {}),
  };
}

/** Those of a classic personal access token. Other tokens have no scopes. */
const SCOPES = {
  'x-oauth-scopes': 'delete_repo, read:org, repo, workflow',
  'x-accepted-oauth-scopes': 'repo',
} as const;

/** A weak entity tag of a body, as GitHub sends them. */
export function entityTag(body: string): string {
  return `W/"${createHash('sha256').update(body).digest('hex')}"`;
}

/** Whether the client has this entity: https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
export function isKnownTo(headers: Headers, tag: string): boolean {
  const weak = (value: string): string => value.trim().replace(/^W\//, '');
  return (headers.get('if-none-match') ?? '').split(',').some((known) => weak(known) === weak(tag));
}
