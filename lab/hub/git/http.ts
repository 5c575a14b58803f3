import { gunzipSync } from 'node:zlib';
import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import { readBody } from '../http/body.ts';
import type { Repository } from '../store/types.ts';
import { runBackend } from './backend.ts';
import { FLUSH } from './pktline.ts';
import { receivePush } from './push.ts';

const SERVICE = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Larger pushes get 413. */
const MAX_PUSH_BYTES = 512 << 20;

export interface GitTarget {
  owner: string;
  name: string;
  service: 'info/refs' | 'git-upload-pack' | 'git-receive-pack';
}

export function matchGit(path: string): GitTarget | undefined {
  const found = SERVICE.exec(path);
  if (!found) return undefined;
  const [, owner = '', name = '', service] = found;
  return { owner: decodeURIComponent(owner), name: decodeURIComponent(name), service: service as GitTarget['service'] };
}

function plainText(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } });
}

const BASIC_CHALLENGE = { 'www-authenticate': 'Basic realm="GitHub"' };

export interface GitResponse {
  response: Response;
  actor: Actor | null;
}

/** Git's smart HTTP with tokens as passwords: https://git-scm.com/docs/http-protocol */
export async function serveGit(
  core: Core,
  { owner, name, service }: GitTarget,
  request: Request,
): Promise<GitResponse> {
  const url = new URL(request.url);
  const isPush = service === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  let actor: Actor | null;
  try {
    actor = core.accounts.authenticate(request.headers.get('authorization') ?? undefined);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { response: plainText(401, 'Invalid username or token.', BASIC_CHALLENGE), actor: null };
  }
  const access = checkAccess(core, core.store.repository(owner, name), { actor, isPush });
  if ('response' in access) return { response: access.response, actor };
  const { repository } = access;
  const backendRequest = {
    dir: core.gitDirectory(repository),
    method: request.method,
    service: `/${service}`,
    query: url.search.slice(1),
    contentType: request.headers.get('content-type') ?? '',
    contentEncoding: request.headers.get('content-encoding') ?? '',
    protocol: request.headers.get('git-protocol') ?? '',
    user: isPush ? actor?.account.login : undefined,
  };
  if (service !== 'git-receive-pack')
    return { response: await runBackend({ ...backendRequest, body: request.body }), actor };
  const body = await readBody(request, MAX_PUSH_BYTES);
  const push = {
    ...backendRequest,
    contentEncoding: '',
    body: backendRequest.contentEncoding === 'gzip' ? gunzipSync(body, { maxOutputLength: MAX_PUSH_BYTES }) : body,
  };
  // Before a large push, Git sends an empty request to learn whether it may push.
  if (!actor || push.body.equals(FLUSH)) return { response: await runBackend(push), actor };
  return { response: await receivePush({ core, repository, actor }, push), actor };
}

/** As on GitHub, a repository that the caller may not see requires a password or does not exist. */
function checkAccess(
  core: Core,
  repository: Repository | undefined,
  { actor, isPush }: { actor: Actor | null; isPush: boolean },
): { response: Response } | { repository: Repository } {
  if (!actor && (isPush || !repository || repository.private)) {
    return { response: plainText(401, 'Repository not found.', BASIC_CHALLENGE) };
  }
  if (!repository || !core.accounts.may(actor, repository, ['metadata', 'read'])) {
    return { response: plainText(404, 'Repository not found.') };
  }
  if (!core.accounts.may(actor, repository, ['contents', isPush ? 'write' : 'read'])) {
    const name = `${repository.owner}/${repository.name}.git`;
    return { response: plainText(403, `Permission to ${name} denied to ${actor?.account.login}.`) };
  }
  return { repository };
}
