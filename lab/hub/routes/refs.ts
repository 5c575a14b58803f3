import { moveRef } from '../changes.ts';
import { ApiError, notFound, unprocessable } from '../errors.ts';
import { isRefName, StaleRefError, ZERO } from '../git/repository.ts';
import { presentCommit, presentRef, presentTag } from '../present/commit.ts';
import { type Call, created, type Handlers, NO_CONTENT, ok, type Reply } from '../rest/call.ts';
import { encodePath, nodeId } from '../urls.ts';

const OID = /^[0-9a-f]{40}$/;

async function getRef(call: Call): Promise<Reply> {
  const ref = `refs/${call.param('ref')}`;
  const found = await call.git.ref(ref);
  if (!found) throw notFound();
  return ok(presentRef(call.core, call.repository, { ref, ...found }));
}

async function matchingRefs(call: Call): Promise<Reply> {
  const prefix = `refs/${call.param('ref')}`;
  const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const refs = (await call.git.refs(parent)).filter(({ ref }) => ref.startsWith(prefix));
  return call.list(refs, (entry) => presentRef(call.core, call.repository, entry));
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
  await moveOrExplain(call, { ref, before: ZERO, after: sha }, 'Reference already exists');
  return created(presentRef(call.core, call.repository, { ref, oid: sha, type: object.type }));
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
    await moveOrExplain(call, { ref, before: current.oid, after: sha }, 'Reference cannot be updated');
  }
  return ok(presentRef(call.core, call.repository, { ref, oid: sha, type: object.type }));
}

async function deleteRef(call: Call): Promise<Reply> {
  const ref = `refs/${call.param('ref')}`;
  const current = await call.git.ref(ref);
  if (!current) throw unprocessable('Reference does not exist');
  if (ref === `refs/heads/${call.repository.defaultBranch}`) {
    throw unprocessable('Cannot delete the default branch');
  }
  await moveOrExplain(call, { ref, before: current.oid, after: ZERO }, 'Reference cannot be deleted');
  return NO_CONTENT;
}

async function moveOrExplain(call: Call, move: Parameters<typeof moveRef>[3], whenStale: string): Promise<void> {
  try {
    await moveRef(call.core, call.repository, call.actor, move);
  } catch (error) {
    if (error instanceof StaleRefError) throw unprocessable(whenStale);
    throw error;
  }
}

interface NewTag {
  tag: string;
  message: string;
  object: string;
  type: 'commit' | 'tree' | 'blob';
  tagger?: { name: string; email: string; date?: string };
}

/** Makes the tag's object only; `refs/tags/…` is a call of its own, as at GitHub. */
async function createTag(call: Call): Promise<Reply> {
  const body = call.body<NewTag>();
  if (!(await isRefName(`refs/tags/${body.tag}`))) throw unprocessable('Tag name is not well formed');
  const object = OID.test(body.object) ? await call.git.info(body.object) : undefined;
  if (object?.type !== body.type) throw unprocessable('Object does not exist');
  const { name, email } = body.tagger ?? call.actor.account;
  const seconds = Math.floor((body.tagger?.date ? Date.parse(body.tagger.date) : Date.now()) / 1000);
  const lines = [
    `object ${body.object}`,
    `type ${body.type}`,
    `tag ${body.tag}`,
    `tagger ${name} <${email}> ${seconds} +0000`,
    '',
    body.message.endsWith('\n') ? body.message : `${body.message}\n`,
  ];
  const oid = await call.git.git(['mktag'], { input: lines.join('\n') });
  const tag = await call.git.tag(oid);
  if (!tag) throw new ApiError(500, 'the tag that was just written cannot be read');
  return created(presentTag(call.core, call.repository, tag));
}

async function getBranch(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const name = call.param('branch');
  const commit = (await call.git.ref(`refs/heads/${name}`)) && (await call.git.commit(`refs/heads/${name}`));
  if (!commit) throw new ApiError(404, 'Branch not found');
  const isProtected = core.rules.forRef(repository, `refs/heads/${name}`).length > 0;
  const url = core.urls.api(repository, `/branches/${encodePath(name)}`);
  return ok({
    name,
    commit: await presentCommit(core, repository, commit),
    _links: { self: url, html: core.urls.html(repository, `/tree/${encodePath(name)}`) },
    protected: isProtected,
    protection: { enabled: isProtected },
    protection_url: `${url}/protection`,
  });
}

async function listBranches(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const branches = (await call.git.refs('refs/heads/')).map(({ ref, oid }) => ({
    name: ref.slice('refs/heads/'.length),
    commit: { sha: oid, url: core.urls.api(repository, `/commits/${oid}`) },
    protected: core.rules.forRef(repository, ref).length > 0,
  }));
  const wanted = call.queryText('protected');
  const shown = wanted === undefined ? branches : branches.filter((branch) => String(branch.protected) === wanted);
  return call.list(shown, (branch) => branch);
}

async function listTags(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const refs = (await call.git.refs('refs/tags/')).reverse();
  return call.list(refs, async ({ ref }) => {
    const name = ref.slice('refs/tags/'.length);
    const sha = (await call.git.resolveCommit(ref)) ?? '';
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
  'git/list-matching-refs': matchingRefs,
  'git/create-ref': createRef,
  'git/update-ref': updateRef,
  'git/delete-ref': deleteRef,
  'git/create-tag': createTag,
  'git/get-tag': async (call) => {
    const tag = await call.git.tag(call.param('tag_sha'));
    if (!tag) throw notFound();
    return ok(presentTag(call.core, call.repository, tag));
  },
  'repos/get-branch': getBranch,
  'repos/list-branches': listBranches,
  'repos/list-tags': listTags,
};
