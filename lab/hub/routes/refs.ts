import { notFound, unprocessable } from '../errors.ts';
import { isRefName, StaleRefError, ZERO } from '../git/repository.ts';
import { visibleRefs } from '../lag.ts';
import { presentRef, presentTag } from '../present/commit.ts';
import { moveRef } from '../refs/changes.ts';
import type { Move } from '../refs/move.ts';
import { type Call, created, type Handlers, NO_CONTENT, ok, type Reply } from '../rest/call.ts';
import { encodePath, nodeId } from '../urls.ts';

const OID = /^[0-9a-f]{40}$/;

async function getRef(call: Call): Promise<Reply> {
  const ref = `refs/${call.param('ref')}`;
  const found = await call.git.ref(ref);
  if (!found) throw notFound();
  return ok(presentRef(call, { ref, ...found }));
}

/** Every ref that begins with the given text. GitHub sends them all; the list has no pages. */
async function listMatchingRefs(call: Call): Promise<Reply> {
  const prefix = `refs/${call.param('ref')}`;
  // `for-each-ref` reads its argument as whole path segments, so the last segment is compared here.
  const refs = await visibleRefs(call, prefix.slice(0, prefix.lastIndexOf('/') + 1));
  return ok(refs.filter(({ ref }) => ref.startsWith(prefix)).map((entry) => presentRef(call, entry)));
}

async function createRef(call: Call): Promise<Reply> {
  const { ref, sha } = call.body<{ ref: string; sha: string }>();
  if (!/^refs\/(heads|tags)\/./.test(ref) || !(await isRefName(ref))) {
    throw unprocessable('Reference name is not well formed');
  }
  if (!OID.test(sha)) throw unprocessable('The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
  const object = await call.git.info(sha);
  if (!object) throw unprocessable('Object does not exist');
  if (ref.startsWith('refs/heads/') && object.type !== 'commit') {
    throw unprocessable('Reference cannot be updated: the object is not a commit');
  }
  if (await call.git.ref(ref)) throw unprocessable('Reference already exists');
  await moveRefOrExplain(call, { ref, before: ZERO, after: sha }, 'Reference already exists');
  return created(presentRef(call, { ref, oid: sha, type: object.type }));
}

async function updateRef(call: Call): Promise<Reply> {
  const ref = `refs/${call.param('ref')}`;
  const { sha, force } = call.body<{ sha: string; force?: boolean }>();
  const current = await call.git.ref(ref);
  if (!current) throw unprocessable('Reference does not exist');
  const object = OID.test(sha) ? await call.git.info(sha) : undefined;
  if (!object) throw unprocessable('Object does not exist');
  const isForward = await call.git.isAncestor(current.oid, sha).catch(() => false);
  if (!force && !isForward) throw unprocessable('Update is not a fast forward');
  if (current.oid !== sha) {
    await moveRefOrExplain(call, { ref, before: current.oid, after: sha }, 'Reference cannot be updated');
  }
  return ok(presentRef(call, { ref, oid: sha, type: object.type }));
}

async function deleteRef(call: Call): Promise<Reply> {
  const ref = `refs/${call.param('ref')}`;
  const current = await call.git.ref(ref);
  if (!current) throw unprocessable('Reference does not exist');
  if (ref === `refs/heads/${call.repository.defaultBranch}`) throw unprocessable('Cannot delete the default branch');
  await moveRefOrExplain(call, { ref, before: current.oid, after: ZERO }, 'Reference cannot be updated');
  return NO_CONTENT;
}

async function moveRefOrExplain(call: Call, move: Move, staleMessage: string): Promise<void> {
  try {
    await moveRef(call, move);
  } catch (error) {
    if (error instanceof StaleRefError) throw unprocessable(staleMessage);
    throw error;
  }
}

async function listBranches(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const branches = (await visibleRefs(call, 'refs/heads/')).map(({ ref, oid }) => ({
    name: ref.slice('refs/heads/'.length),
    commit: { sha: oid, url: core.urls.api(repository, `/commits/${oid}`) },
    protected: core.rules.forRef(repository, ref).length > 0,
  }));
  const filter = call.queryText('protected');
  const matching = branches.filter((branch) => filter === undefined || String(branch.protected) === filter);
  return call.list(matching, (branch) => branch);
}

async function listTags(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const refs = (await visibleRefs(call, 'refs/tags/')).reverse();
  return call.list(refs, async ({ ref, oid }) => {
    const name = ref.slice('refs/tags/'.length);
    const sha = (await call.git.commit(oid))?.oid ?? '';
    return {
      name,
      commit: { sha, url: core.urls.api(repository, `/commits/${sha}`) },
      zipball_url: core.urls.api(repository, `/zipball/${encodePath(ref)}`),
      tarball_url: core.urls.api(repository, `/tarball/${encodePath(ref)}`),
      node_id: nodeId('Ref', `${repository.id}:${ref}`),
    };
  });
}

export const refHandlers: Handlers = {
  'git/get-ref': getRef,
  'git/list-matching-refs': listMatchingRefs,
  'git/create-ref': createRef,
  'git/update-ref': updateRef,
  'git/delete-ref': deleteRef,
  'git/get-tag': async (call) => {
    const tag = await call.git.tag(call.param('tag_sha'));
    if (!tag) throw notFound();
    return ok(presentTag(call, tag));
  },
  'repos/list-branches': listBranches,
  'repos/list-tags': listTags,
};
