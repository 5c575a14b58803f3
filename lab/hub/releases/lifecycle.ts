import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError, type FieldError, invalid } from '../errors.ts';
import { triggersWorkflows } from '../events.ts';
import { isRefName, ZERO } from '../git/repository.ts';
import { simpleUser } from '../present/account.ts';
import { getAssets, presentRelease } from '../present/release.ts';
import { presentRepository } from '../present/repository.ts';
import { findViolations, moveRef } from '../refs/changes.ts';
import { violationMessage } from '../refs/rules.ts';
import type { RepositoryCall, RepositoryScope } from '../repository-call.ts';
import { now } from '../store/store.ts';
import type { Release } from '../store/types.ts';
import { withDiscussion } from './discussions.ts';
import { isLockedTag, lockedTagErrors, lockTag, releaseOfTag } from './tags.ts';
import { requireKnownWorkflows } from './workflow-files.ts';

/** GitHub accepts no longer notes. */
const MAX_BODY_LENGTH = 125_000;

/** The fields of a release that a caller sets. */
export type ReleaseFields = Pick<
  Release,
  'tag' | 'target' | 'name' | 'body' | 'draft' | 'prerelease' | 'makeLatest' | 'discussionCategory'
> & {
  /** Whether this call itself makes the release the latest. */
  pins: boolean;
};

const IMMUTABLE_FIELDS: readonly ('tag' | 'target' | 'draft')[] = ['tag', 'target', 'draft'];

export async function createRelease(call: RepositoryCall, fields: ReleaseFields): Promise<Release> {
  const { core, actor } = call;
  await requireKnownWorkflows(call, fields.target);
  await validate(call, fields, undefined);
  const time = now();
  const { pins: _, ...saved } = fields;
  return save(call, {
    ...saved,
    pinned: 0,
    id: core.store.nextId(),
    immutable: false,
    login: actor.account.login,
    createdAt: (await findCommitDate(call, fields)) ?? time,
    updatedAt: time,
    publishedAt: null,
    discussion: null,
  });
}

export async function updateRelease(call: RepositoryCall, before: Release, fields: ReleaseFields): Promise<Release> {
  if (before.immutable && IMMUTABLE_FIELDS.some((field) => before[field] !== fields[field])) {
    throw invalid('Release', 'tag_name', { code: 'custom', message: 'Cannot change an immutable release' });
  }
  await requireKnownWorkflows(call, fields.target);
  await validate(call, fields, before);
  const { pins, ...saved } = fields;
  const isPinned = pins && !before.draft && saved.makeLatest === 'true';
  const pinned = isPinned ? call.core.store.database.next('pin') : before.pinned;
  const createdAt = (await findCommitDate(call, fields)) ?? before.createdAt;
  return save(call, { ...before, ...saved, pinned, createdAt, updatedAt: now() }, before);
}

/**
 * The date of the tag's commit, or of the target's while there is no tag. GitHub shows it as the release's `created_at`:
 * https://docs.github.com/rest/releases/releases#get-the-latest-release
 */
async function findCommitDate(
  { core, repository }: RepositoryScope,
  { tag, target }: Pick<ReleaseFields, 'tag' | 'target'>,
): Promise<string | undefined> {
  const git = core.git(repository);
  const oid = (await git.resolveCommit(`refs/tags/${tag}`)) ?? (await git.resolveCommit(target));
  return oid === undefined ? undefined : (await git.commit(oid))?.committer.date;
}

/** @throws ApiError 422 with all problems of the fields */
async function validate(scope: RepositoryScope, fields: ReleaseFields, before: Release | undefined): Promise<void> {
  const { core, repository } = scope;
  const isTag = await isRefName(`refs/tags/${fields.tag}`);
  const isTooLong = (fields.body?.length ?? 0) > MAX_BODY_LENGTH;
  const holder = releaseOfTag(scope, fields.tag);
  const isTaken = holder !== undefined && holder.id !== before?.id;
  const isLocked = !fields.draft && holder === undefined && isLockedTag(scope, fields.tag);
  const isLatestPrerelease = fields.prerelease && fields.makeLatest === 'true' && !fields.draft;
  const custom = (field: string, message: string): FieldError => ({
    resource: 'Release',
    code: 'custom',
    field,
    message,
  });
  const problems: FieldError[] = [
    ...(isTag ? [] : [custom('tag_name', 'tag_name is not a valid tag')]),
    ...(isTooLong ? [custom('body', `body is too long (maximum is ${MAX_BODY_LENGTH} characters)`)] : []),
    ...(isTaken && !fields.draft
      ? [{ resource: 'Release', code: 'already_exists', field: 'tag_name' } satisfies FieldError]
      : []),
    ...(isLocked ? lockedTagErrors((await core.git(repository).ref(`refs/tags/${fields.tag}`)) !== undefined) : []),
    ...(isLatestPrerelease ? [custom('make_latest', 'A prerelease cannot be marked as latest')] : []),
  ];
  if (problems.length > 0) throw new ApiError(422, 'Validation Failed', { errors: problems });
}

/** Saves a release. If that publishes it, creates its tag and emits the event. */
async function save(call: RepositoryCall, release: Release, before?: Release): Promise<Release> {
  const { core, repository, actor } = call;
  if (before === undefined) core.changes.created('release', release.id);
  const publishes = !release.draft && (before === undefined || before.draft);
  if (!publishes) return core.store.releases.put(repository.id, release.id, withDiscussion(call, release));
  await ensureTag(call, release);
  core.changes.created('published', release.id);
  if (repository.immutableReleases) lockTag(call, release.tag);
  const published = core.store.releases.put(repository.id, release.id, {
    ...withDiscussion(call, release),
    immutable: repository.immutableReleases,
    pinned: release.makeLatest === 'true' ? core.store.database.next('pin') : 0,
    publishedAt: release.publishedAt ?? now(),
  });
  core.events.emit({
    name: 'release',
    repository: `${repository.owner}/${repository.name}`,
    ref: `refs/tags/${release.tag}`,
    sha: (await core.git(repository).resolveCommit(`refs/tags/${release.tag}`)) ?? ZERO,
    actor: actor.account.login,
    triggersWorkflows: triggersWorkflows(actor),
    payload: {
      action: 'published',
      release: presentRelease(call, published),
      repository: presentRepository(call),
      sender: simpleUser(core.urls, actor.account),
    },
  });
  return published;
}

/** Creates the tag of a published release at its target, unless it exists. */
async function ensureTag(call: RepositoryCall, release: Release): Promise<void> {
  const git = call.core.git(call.repository);
  const ref = `refs/tags/${release.tag}`;
  if (await git.ref(ref)) return;
  const target = await git.resolveCommit(release.target);
  if (!target) throw invalid('Release', 'target_commitish');
  const move = { ref, before: ZERO, after: target };
  const sentences = await findViolations(call, move);
  if (sentences.length > 0) {
    throw invalid('Release', 'pre_receive', { code: 'custom', message: violationMessage(sentences) });
  }
  await moveRef(call, move);
}

export async function deleteRelease(scope: RepositoryScope, release: Release): Promise<void> {
  const { core, repository } = scope;
  core.store.releases.remove(repository.id, release.id);
  for (const asset of getAssets(scope, release)) {
    core.store.assets.remove(repository.id, asset.id);
    await rm(join(core.assetDirectory, String(asset.id)), { force: true });
  }
}
