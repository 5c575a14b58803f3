import { lstat } from 'node:fs/promises';
import { isAbsolute, join, win32 } from 'node:path';
import querystring from 'node:querystring';

/** Git over SSH as scp writes it, `git@github.com:org/repo.git`: its user and host. */
const SCP = /^([\w-]+@[a-z0-9.-]+):/i;
const SCHEME = /^(?:https?|git|ssh):\/\//;

/**
 * Whether a context is one that BuildKit fetches itself: a Git repository, `URL#REF:DIR`, or a URL of an archive. These are the forms of buildx, and
 * any other value is a local path to it: https://github.com/docker/buildx/blob/v0.38.2/util/urlutil/urlutil.go
 */
export const isRemote = (context: string): boolean => SCHEME.test(context) || SCP.test(context);

/** Why a remote context cannot be used, as a predicate. */
export function findRemoteProblem(context: string): string | undefined {
  const url = /[\s\p{Cc}]/u.test(context) ? undefined : parseUrl(context);
  if (url === undefined || url.hostname === '') return 'is not a valid URL';
  // The user of SSH is a name, such as `git`; that of HTTP can be a token.
  if (url.password !== '' || (isHttp(url) && url.username !== ''))
    return 'contains a login, which the log and the provenance would show; give its token as the secret GIT_AUTH_TOKEN';
  if (!isGit(url)) return url.hash === '' ? undefined : 'names a reference, but its path does not end in .git';
  if (url.pathname.length <= 1) return 'names no repository';
  const directories = [parseFragment(context, url).directory, url.searchParams.get('subdir') ?? ''];
  return directories.some((directory) => directory.split('/').includes('..'))
    ? 'leaves its repository with ..'
    : undefined;
}

/** Whether a remote context names a commit: its content is then always the same. */
export function namesCommit(context: string): boolean {
  const url = parseUrl(context);
  if (url === undefined || !isGit(url)) return false;
  // https://docs.docker.com/build/concepts/context/#url-queries
  const named = ['ref', 'commit', 'checksum'].map((key) => url.searchParams.get(key) ?? '');
  return [parseFragment(context, url).reference, ...named].some((ref) => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref));
}

/** A context for a message: without a login, also of a URL that cannot be parsed. */
export const hideLogin = (context: string): string => context.replace(/([a-z]+:\/\/).*@/is, '$1***@');

/** Whether a Dockerfile is in its remote context. buildx takes `-` from its input, and a URL or an absolute path from elsewhere. */
export const isInContext = (file: string): boolean =>
  file !== '-' &&
  !isRemote(file) &&
  !isAbsolute(file) &&
  !win32.isAbsolute(file) &&
  !file.split(/[\\/]/).includes('..');

/**
 * The entry of the workspace that would be used in place of a remote context: buildx prefers a directory of that name, such as `https:/host/a.git`,
 * which can be behind a link.
 */
export async function findHidingEntry(workspace: string, context: string): Promise<string | undefined> {
  const [entry = ''] = context.split('/');
  const stats = await lstat(join(workspace, entry)).catch(() => undefined);
  return stats === undefined ? undefined : entry;
}

/** `undefined` also for a URL that Go, which BuildKit is written in, cannot decode. */
function parseUrl(context: string): URL | undefined {
  const url = URL.parse(context.replace(SCP, 'ssh://$1/'));
  if (url === null) return undefined;
  const encoded = SCP.test(context) ? url.search : url.pathname + url.search + url.hash;
  return /%(?![0-9a-f]{2})/i.test(encoded) ? undefined : url;
}

const isHttp = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:';

/** A URL of HTTP is a Git repository only with this suffix. */
const isGit = (url: URL): boolean => !isHttp(url) || url.pathname.endsWith('.git');

/** `#REF:DIR`, encoded in a URL, and not as scp writes it. */
function parseFragment(context: string, { hash }: URL): { reference: string; directory: string } {
  const fragment = SCP.test(context) ? hash : querystring.unescape(hash);
  const [reference = '', ...directory] = fragment.slice(1).split(':');
  return { reference, directory: directory.join(':') };
}
