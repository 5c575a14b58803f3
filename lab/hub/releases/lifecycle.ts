import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError, type FieldError, invalid } from '../errors.ts';
import { triggersWorkflows } from '../events.ts';
import { isRefName, ZERO } from '../git/repository.ts';
import { simpleUser } from '../present/account.ts';
import { assetsOf, presentRelease } from '../present/release.ts';
import { presentRepository } from '../present/repository.ts';
import { moveRef, violations } from '../refs/changes.ts';
import { RuleViolation } from '../refs/move.ts';
import { now } from '../store/store.ts';
import type { Release, Repository } from '../store/types.ts';

/** GitHub refuses longer notes. */
const LONGEST_BODY = 125_000;

/** What a caller may say of a release. */
export interface ReleaseFields {
  tag: string;
  target: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  makeLatest: Release['makeLatest'];
  /** Did this call itself ask for the badge? */
  pins: boolean;
}

const CONTENT: readonly ('tag' | 'target' | 'draft')[] = ['tag', 'target', 'draft'];

export async function createRelease(
  core: Core,
  repository: Repository,
  actor: Actor,
  fields: ReleaseFields,
): Promise<Release> {
  await check(core, repository, fields, undefined);
  const time = now();
  const { pins: _, ...kept } = fields;
  const release: Release = {
    ...kept,
    pinned: 0,
    id: core.store.nextId(),
    immutable: false,
    login: actor.account.login,
    createdAt: time,
    updatedAt: time,
    publishedAt: null,
  };
  return settle(core, repository, actor, release, undefined);
}

export async function updateRelease(
  core: Core,
  repository: Repository,
  actor: Actor,
  before: Release,
  fields: ReleaseFields,
): Promise<Release> {
  if (before.immutable && CONTENT.some((field) => before[field] !== fields[field])) {
    throw new ApiError(422, 'Validation Failed', [
      { resource: 'Release', code: 'custom', field: 'tag_name', message: 'Cannot change an immutable release' },
    ]);
  }
  await check(core, repository, fields, before);
  const { pins, ...kept } = fields;
  const pinned = pins && !before.draft && kept.makeLatest === 'true' ? core.store.database.next('pin') : before.pinned;
  return settle(core, repository, actor, { ...before, ...kept, pinned, updatedAt: now() }, before);
}

/** @throws ApiError 422 with every fault of the fields. */
async function check(
  core: Core,
  repository: Repository,
  fields: ReleaseFields,
  before: Release | undefined,
): Promise<void> {
  const faults: FieldError[] = [];
  const fault = (field: string, code: FieldError['code'], message?: string): void => {
    faults.push({ resource: 'Release', code, field, ...(message ? { message } : {}) });
  };
  if (!(await isRefName(`refs/tags/${fields.tag}`))) fault('tag_name', 'custom', 'tag_name is not a valid tag');
  if ((fields.body?.length ?? 0) > LONGEST_BODY) {
    fault('body', 'custom', `body is too long (maximum is ${LONGEST_BODY} characters)`);
  }
  const others = core.store.releases.list(repository.id).filter((release) => release.id !== before?.id);
  const taken = others.some((release) => release.tag === fields.tag && !release.draft);
  if (taken && !fields.draft) fault('tag_name', 'already_exists');
  if (fields.prerelease && fields.makeLatest === 'true' && !fields.draft) {
    fault('make_latest', 'custom', 'A prerelease cannot be marked as latest');
  }
  if (faults.length > 0) throw new ApiError(422, 'Validation Failed', faults);
}

/** Saves a release and, if it just became public, makes its tag and tells of it. */
async function settle(
  core: Core,
  repository: Repository,
  actor: Actor,
  release: Release,
  before: Release | undefined,
): Promise<Release> {
  const publishes = !release.draft && (before === undefined || before.draft);
  if (!publishes) return core.store.releases.put(repository.id, release.id, release);
  await ensureTag(core, repository, actor, release);
  const published = core.store.releases.put(repository.id, release.id, {
    ...release,
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
      release: presentRelease(core, repository, published),
      repository: presentRepository(core, repository),
      sender: simpleUser(core.urls, actor.account),
    },
  });
  return published;
}

/** A published release has a tag: the one that is there, or a new one at the target. */
async function ensureTag(core: Core, repository: Repository, actor: Actor, release: Release): Promise<void> {
  const git = core.git(repository);
  const ref = `refs/tags/${release.tag}`;
  if (await git.ref(ref)) return;
  const target = await git.resolveCommit(release.target);
  if (!target) throw invalid('Release', 'target_commitish');
  const move = { ref, before: ZERO, after: target };
  const sentences = await violations(core, repository, actor, move);
  if (sentences.length > 0) {
    throw new ApiError(422, 'Validation Failed', [
      { resource: 'Release', code: 'custom', field: 'pre_receive', message: new RuleViolation(sentences).message },
    ]);
  }
  await moveRef(core, repository, actor, move);
}

/** The release with the badge: the one pinned last, else by version and date among those that are not excluded. */
export function latestRelease(core: Core, repository: Repository): Release | undefined {
  const published = core.store.releases
    .list(repository.id)
    .filter((release) => !release.draft && !release.prerelease && release.makeLatest !== 'false')
    .sort((a, b) => (a.publishedAt ?? '').localeCompare(b.publishedAt ?? '') || a.id - b.id);
  const pinned = published.filter((release) => release.pinned > 0).sort((a, b) => a.pinned - b.pinned);
  return (pinned.length > 0 ? pinned : published).at(-1);
}

export async function deleteRelease(core: Core, repository: Repository, release: Release): Promise<void> {
  core.store.releases.remove(repository.id, release.id);
  for (const asset of assetsOf(core, repository, release)) {
    core.store.assets.remove(repository.id, asset.id);
    await rm(join(core.assetDirectory, String(asset.id)), { force: true });
  }
}
