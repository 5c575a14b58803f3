import { gunzipSync } from 'node:zlib';
import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import type { Repository } from '../store/types.ts';
import { askBackend } from './backend.ts';
import { receivePush } from './push.ts';

const SERVICE = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

/** Larger pushes get 413. */
export const LARGEST_PUSH = 512 << 20;

export interface GitCall {
  owner: string;
  name: string;
  service: 'info/refs' | 'git-upload-pack' | 'git-receive-pack';
}

export function matchGit(path: string): GitCall | undefined {
  const found = SERVICE.exec(path);
  if (!found) return undefined;
  const [, owner = '', name = '', service] = found;
  return { owner: decodeURIComponent(owner), name: decodeURIComponent(name), service: service as GitCall['service'] };
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers } });
}

const ASK_PASSWORD = { 'www-authenticate': 'Basic realm="GitHub"' };

export interface GitAnswer {
  response: Response;
  actor: Actor | null;
}

/** Git's smart HTTP with tokens as passwords: https://git-scm.com/docs/http-protocol */
export async function serveGit(
  core: Core,
  call: GitCall,
  request: Request,
  readBody: () => Promise<Buffer>,
): Promise<GitAnswer> {
  const url = new URL(request.url);
  const isPush = call.service === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  let actor: Actor | null;
  try {
    actor = core.accounts.authenticate(request.headers.get('authorization') ?? undefined);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { response: plain(401, 'Invalid username or token.', ASK_PASSWORD), actor: null };
  }
  const repository = core.store.repository(call.owner, call.name);
  const refused = refusal(core, repository, actor, isPush);
  if (refused || !repository) return { response: refused ?? plain(404, 'Repository not found.'), actor };
  const asked = {
    dir: core.gitDirectory(repository),
    method: request.method,
    service: `/${call.service}`,
    query: url.search.slice(1),
    contentType: request.headers.get('content-type') ?? '',
    contentEncoding: request.headers.get('content-encoding') ?? '',
    protocol: request.headers.get('git-protocol') ?? '',
    user: isPush ? actor?.account.login : undefined,
  };
  if (call.service !== 'git-receive-pack')
    return { response: await askBackend({ ...asked, body: request.body }), actor };
  const body = await readBody();
  const packed = asked.contentEncoding === 'gzip' ? gunzipSync(body, { maxOutputLength: LARGEST_PUSH }) : body;
  // git asks with an empty request whether it may push before it sends a large one.
  if (!actor || packed.equals(Buffer.from('0000'))) {
    return { response: await askBackend({ ...asked, contentEncoding: '', body: packed }), actor };
  }
  return { response: await receivePush(core, repository, actor, packed, asked), actor };
}

/** As GitHub: a repository that one may not see is asked a password for, or does not exist. */
function refusal(
  core: Core,
  repository: Repository | undefined,
  actor: Actor | null,
  isPush: boolean,
): Response | undefined {
  if (!actor && (isPush || !repository || repository.private)) {
    return plain(401, 'Repository not found.', ASK_PASSWORD);
  }
  if (!repository || !core.accounts.may(actor, repository, ['metadata', 'read']))
    return plain(404, 'Repository not found.');
  if (!core.accounts.may(actor, repository, ['contents', isPush ? 'write' : 'read'])) {
    const { owner, name } = repository;
    return plain(403, `Permission to ${owner}/${name}.git denied to ${actor?.account.login}.`);
  }
  return undefined;
}
