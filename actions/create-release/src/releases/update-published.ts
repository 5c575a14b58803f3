import { ActionError } from '../../../lib/errors.ts';
import { annotate, info } from '../../../lib/runner/commands.ts';
import { otherAssets, planAssets, planProblems } from '../assets/asset-plan.ts';
import { checksumProblems } from '../assets/checksums.ts';
import { syncAssets } from '../assets/sync-assets.ts';
import type { DesiredRelease, PublishOptions, PublishResult } from './desired-release.ts';
import { findDifferences } from './differences.ts';
import { mergeText } from './release-text.ts';
import type { Release, Releases } from './releases.ts';
import { retryIdempotently } from './retry.ts';

export interface UpdateOptions extends Pick<PublishOptions, 'retry' | 'onAssets'> {
  releases: Releases;
  /** Whether the release is the repository's latest now. */
  isLatest: boolean;
}

/**
 * Handle a release that is already published. It is changed only with `update: true`, and never becomes a draft again.
 * Otherwise a different name or text is a notice and not a failure, so that the workflow of a tag can run again.
 * Different files are a failure, because users would not download what this run built.
 */
export async function updatePublished(
  release: Release,
  desired: DesiredRelease,
  { releases, retry, onAssets, isLatest }: UpdateOptions,
): Promise<PublishResult> {
  const problems = await compareAssets(release, desired, releases);
  if (!desired.update) {
    const { differ } = planChanges(release, desired, isLatest);
    if (differ.length > 0)
      notice(
        `${release.tag} is already published and not changed; it differs in ${differ.join(', ')}. Set update: true to change it.`,
      );
    else info(`${release.tag} is already published and up to date`);
    return { release, assets: release.assets, created: false, changed: false };
  }
  if (desired.draft) notice(`${release.tag} is already published; it does not become a draft again.`);

  const { checksums, otherFiles } = desired;
  const { release: current, changed } =
    problems.length > 0
      ? await syncAssets(release, desired.assets, { releases, retry, checksums, otherFiles, trustSize: true })
      : { release, changed: false };
  const { assets } = current;
  await onAssets(assets);
  const { fields, how, differ } = planChanges(current, desired, isLatest);
  if (how !== undefined && !differ.includes('body')) notice(`The text of ${release.tag} ${how}.`);
  if (differ.length === 0) return { release: current, assets, created: false, changed };
  const findUpdated = async () => {
    const updated = await releases.get(release.id);
    if (findDifferences(updated, fields).length > 0) return undefined;
    // A release does not say whether it is the latest.
    const latestId = fields.latest === undefined ? undefined : (await releases.state(release.tag)).latest?.id;
    return fields.latest === undefined || (latestId === release.id) === fields.latest ? updated : undefined;
  };
  const updated = await retryIdempotently(() => releases.update(release.id, fields), findUpdated, {
    ...retry,
    action: `updating the release ${release.tag}`,
  });
  const ofText = how === undefined || !differ.includes('body') ? '' : `; its text ${how}`;
  notice(`Changed ${differ.join(', ')} of ${release.tag}${ofText}.`);
  return { release: updated, assets, created: false, changed: true };
}

/** What a published release becomes: only what the step was asked for changes. */
function planChanges(release: Release, desired: DesiredRelease, isLatest: boolean) {
  const text = desired.textGiven ? mergeText(release.body, desired.text, desired.bodyMode) : undefined;
  const prerelease = desired.prerelease ?? release.prerelease;
  // A pre-release that becomes a release is the latest if its version is the highest, and a release that becomes a pre-release is not.
  const changesMark = release.prerelease !== prerelease;
  const fields = {
    tag: release.tag,
    name: desired.name ?? release.name,
    body: text?.body ?? release.body,
    draft: false,
    prerelease,
    latest: desired.latest ?? (changesMark ? desired.defaults.latest && !prerelease : undefined),
    discussionCategory: desired.discussionCategory,
  };
  const differ = findDifferences(release, fields);
  if (desired.latest !== undefined && desired.latest !== isLatest) differ.push('make-latest');
  return { fields, how: text?.how, differ };
}

/**
 * Compare the files of a published release with the desired ones.
 * @param current with all its files
 * @returns how they differ, one line each
 * @throws {ActionError} when they differ and cannot be changed
 */
export async function compareAssets(
  current: Release,
  desired: Pick<DesiredRelease, 'assets' | 'checksums' | 'otherFiles' | 'update'>,
  releases: Releases,
): Promise<string[]> {
  const mayChange = desired.update && !current.immutable;
  const plan = planAssets(desired.assets, current.assets, { trustSize: true });
  const checksums = desired.checksums && desired.assets.length > 0;
  const others = desired.update && desired.otherFiles === 'remove' ? otherAssets(plan, checksums) : [];
  const problems = [
    ...planProblems(plan),
    ...(checksums ? await checksumProblems(current.assets, desired.assets, { releases, all: mayChange }) : []),
    ...others.map(({ name }) => `${name} is not among the files of this step`),
  ];
  if (problems.length > 0 && !mayChange) throw differentFilesError(current, problems);
  return problems;
}

function notice(message: string): void {
  annotate({ level: 'notice', title: 'create-release: already published', message });
}

function differentFilesError(release: Release, problems: readonly string[]): ActionError {
  return new ActionError({
    what: `${release.tag} is already published with different files`,
    why: problems.join('\n'),
    next: release.immutable
      ? 'The release is immutable: its files cannot change. Release a new version.'
      : 'Release a new version, or set `update: true` to change the published files.',
  });
}
