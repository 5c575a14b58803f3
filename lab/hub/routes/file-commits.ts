import { ApiError, invalid, notFound, unprocessable } from '../errors.ts';
import { type Identity, writeBlobs, writeCommit, writeTree } from '../git/commits.ts';
import type { TreeEntry } from '../git/objects.ts';
import { isSafePath } from '../git/paths.ts';
import { StaleRefError } from '../git/repository.ts';
import { presentCommit } from '../present/commit.ts';
import { moveRef } from '../refs/changes.ts';
import { mayChangeWorkflows, WORKFLOWS } from '../refs/workflow-files.ts';
import { type Call, type Handlers, ok, type Reply } from '../rest/call.ts';
import { presentFile } from './contents.ts';

interface FileBody {
  message: string;
  sha?: string;
  branch?: string;
  author?: Partial<Identity>;
  committer?: Partial<Identity>;
}

interface Place {
  path: string;
  branch: string;
  /** The commit at which the branch is. */
  head: string;
  /** What the path names there. */
  entry: TreeEntry | undefined;
}

async function findPlace(call: Call, { branch = call.repository.defaultBranch }: FileBody): Promise<Place> {
  const path = call.param('path').replace(/^\/+/, '');
  if (!isSafePath(path)) throw unprocessable('path contains a malformed path component');
  if (path.startsWith(`${WORKFLOWS}/`) && !mayChangeWorkflows(call.actor)) {
    throw new ApiError(403, 'Resource not accessible by integration');
  }
  const head = (await call.git.ref(`refs/heads/${branch}`))?.oid;
  if (head === undefined) throw new ApiError(404, `Branch ${branch} not found`);
  return { path, branch, head, entry: await call.git.entry(head, path) };
}

/** GitHub compares the file with the one that the caller has seen: https://docs.github.com/rest/repos/contents */
function requireSeen({ path, entry }: Place, sha: string | undefined): void {
  if (entry === undefined) return;
  if (sha === undefined) throw unprocessable(`Invalid request.\n\n"sha" wasn't supplied.`);
  if (entry.oid !== sha) throw new ApiError(409, `${path} does not match ${sha}`);
}

/** Commits one changed path; `oid` is null to delete it. @returns the commit's id */
async function commitPath(call: Call, place: Place, oid: string | null): Promise<string> {
  const { core } = call;
  const body = call.body<FileBody>();
  const { name, email } = call.actor.account;
  const entry = { path: place.path, oid, mode: place.entry?.type === 'blob' ? place.entry.mode : '100644' };
  const after = await writeCommit(call.git, core.signing, {
    tree: await writeTree(call.git, place.head, [entry]),
    parents: [place.head],
    message: body.message,
    author: { name, email, ...(body.author ?? body.committer) },
  });
  try {
    await moveRef(call, { ref: `refs/heads/${place.branch}`, before: place.head, after });
  } catch (error) {
    if (error instanceof StaleRefError) throw new ApiError(409, `is at another commit but expected ${place.head}`);
    throw error;
  }
  return after;
}

async function present(call: Call, oid: string): Promise<Record<string, unknown>> {
  const commit = await call.git.commit(oid);
  if (!commit) throw new Error('the new commit cannot be read');
  const { sha, node_id, html_url, parents, commit: about } = await presentCommit(call, commit);
  return { sha, node_id, html_url, parents, ...(about as object) };
}

async function putFile(call: Call): Promise<Reply> {
  const body = call.body<FileBody & { content: string }>();
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(body.content)) throw unprocessable('content is not valid Base64');
  const place = await findPlace(call, body);
  if (place.entry !== undefined && place.entry.type !== 'blob') throw invalid('Commit', 'path');
  requireSeen(place, body.sha);
  const bytes = Buffer.from(body.content, 'base64');
  const [oid = ''] = await writeBlobs(call.git, [bytes]);
  const after = await commitPath(call, place, oid);
  const entry = await call.git.entry(after, place.path);
  if (!entry) throw new Error('the new file cannot be read');
  const content = presentFile(call, { ref: place.branch, path: place.path, entry, size: bytes.length });
  return { status: place.entry ? 200 : 201, body: { content, commit: await present(call, after) } };
}

async function deleteFile(call: Call): Promise<Reply> {
  const body = call.body<FileBody>();
  const place = await findPlace(call, body);
  if (place.entry?.type !== 'blob') throw notFound();
  requireSeen(place, body.sha);
  const after = await commitPath(call, place, null);
  return ok({ content: null, commit: await present(call, after) });
}

export const fileCommitHandlers: Handlers = {
  'repos/create-or-update-file-contents': putFile,
  'repos/delete-file': deleteFile,
};
