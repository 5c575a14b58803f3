import { invalid, notFound, unprocessable } from '../errors.ts';
import { findReleaseByTag, visibleReleases } from '../lag.ts';
import { presentRelease } from '../present/release.ts';
import { requireCategory } from '../releases/discussions.ts';
import { latestRelease } from '../releases/latest.ts';
import { createRelease, deleteRelease, type ReleaseFields, updateRelease } from '../releases/lifecycle.ts';
import { generateNotes } from '../releases/notes.ts';
import { type Call, created, type Handlers, NO_CONTENT, ok, type Reply } from '../rest/call.ts';
import type { Release } from '../store/types.ts';

interface ReleaseBody {
  tag_name?: string;
  target_commitish?: string;
  name?: string | null;
  body?: string | null;
  draft?: boolean;
  prerelease?: boolean;
  generate_release_notes?: boolean;
  make_latest?: Release['makeLatest'];
  discussion_category_name?: string;
}

/** Only callers that can push see drafts: https://docs.github.com/rest/releases/releases#list-releases */
function canSeeDrafts(call: Call): boolean {
  return call.core.accounts.may(call.caller, call.repository, ['contents', 'write']) && call.caller !== null;
}

export function getRelease(call: Call, id = call.number('release_id')): Release {
  const release = call.core.store.releases.get(call.repository.id, id);
  if (!release || (release.draft && !canSeeDrafts(call))) throw notFound();
  return release;
}

function present(call: Call, release: Release): Record<string, unknown> {
  return presentRelease(call, release);
}

function toFields(call: Call, body: ReleaseBody, before?: Release): ReleaseFields {
  const category = body.discussion_category_name;
  if (category !== undefined) requireCategory(category);
  const prerelease = body.prerelease ?? before?.prerelease ?? false;
  return {
    tag: body.tag_name ?? before?.tag ?? '',
    target: body.target_commitish ?? before?.target ?? call.repository.defaultBranch,
    name: body.name === undefined ? (before?.name ?? null) : body.name,
    body: body.body === undefined ? (before?.body ?? null) : body.body,
    draft: body.draft ?? before?.draft ?? false,
    prerelease,
    // GitHub's default is `true`; a prerelease is never the latest.
    makeLatest: body.make_latest ?? before?.makeLatest ?? (prerelease ? 'false' : 'true'),
    pins: body.make_latest === 'true',
    discussionCategory: category ?? before?.discussionCategory ?? null,
  };
}

async function create(call: Call): Promise<Reply> {
  const body = call.body<ReleaseBody>();
  const fields = toFields(call, body);
  if (body.generate_release_notes) {
    const notes = await generateNotes(call, { tag: fields.tag, target: fields.target });
    fields.name ??= notes.name;
    fields.body = fields.body ? `${fields.body}\n\n${notes.body}` : notes.body;
  }
  return created(present(call, await createRelease(call, fields)));
}

async function update(call: Call): Promise<Reply> {
  const before = getRelease(call);
  const fields = toFields(call, call.body<ReleaseBody>(), before);
  return ok(present(call, await updateRelease(call, before, fields)));
}

/** GitHub lists no more, and its error does not say how to see the others. */
const MAX_RESULTS = 10_000;

/** Newest first, with drafts for callers that may see them. */
function list(call: Call): Promise<Reply> {
  if (call.offset >= MAX_RESULTS) throw unprocessable(`Only the first ${MAX_RESULTS} results are available.`);
  const releases = visibleReleases(call)
    .filter((release) => !release.draft || canSeeDrafts(call))
    .reverse();
  return call.list(releases, (release) => present(call, release));
}

function byTag(call: Call): Reply {
  const release = findReleaseByTag(call, call.param('tag'));
  if (!release) throw notFound();
  return ok(present(call, release));
}

async function notes(call: Call): Promise<Reply> {
  const body = call.body<{
    tag_name: string;
    target_commitish?: string;
    previous_tag_name?: string;
    configuration_file_path?: string;
  }>();
  const { previous_tag_name: previous } = body;
  if (previous !== undefined && !(await call.git.resolveCommit(`refs/tags/${previous}`))) {
    throw invalid('Release', 'previous_tag_name', { message: 'Invalid previous_tag parameter' });
  }
  const target = body.target_commitish ?? call.repository.defaultBranch;
  const head = (await call.git.ref(`refs/tags/${body.tag_name}`)) ?? (await call.git.resolveCommit(target));
  if (!head) throw invalid('Release', 'target_commitish');
  return ok(
    await generateNotes(call, {
      tag: body.tag_name,
      target,
      ...(previous === undefined ? {} : { previous }),
    }),
  );
}

export const releaseHandlers: Handlers = {
  'repos/list-releases': list,
  'repos/create-release': create,
  'repos/get-release': (call) => ok(present(call, getRelease(call))),
  'repos/get-release-by-tag': byTag,
  'repos/get-latest-release': (call) => {
    const latest = latestRelease(call);
    if (!latest) throw notFound();
    return ok(present(call, latest));
  },
  'repos/update-release': update,
  'repos/delete-release': async (call) => {
    await deleteRelease(call, getRelease(call));
    return NO_CONTENT;
  },
  'repos/generate-release-notes': notes,
};
