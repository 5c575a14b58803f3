import { type CommitSha, type ImageTag, parseImageTag } from '../../../lib/identifiers.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import type { PushEvent, ReleaseVersion } from './push-event.ts';

const KINDS = ['sha', 'semver', 'semver-minor', 'semver-major', 'branch', 'latest'] as const;

/** One line of the `tags` input. */
export type TagRule =
  | { [Kind in (typeof KINDS)[number]]: { kind: Kind } }[(typeof KINDS)[number]]
  | { kind: 'raw'; tag: ImageTag };

export function parseTagRule(text: string): Parsed<TagRule> {
  if (text.startsWith('raw:')) {
    const tag = parseImageTag(text.slice('raw:'.length));
    return 'problem' in tag ? tag : { value: { kind: 'raw', tag: tag.value } };
  }
  const kind = KINDS.find((name) => name === text);
  return kind === undefined ? { problem: `is not one of ${KINDS.join(', ')}, raw:TEXT` } : { value: { kind } };
}

/** The tag that names the commit of an image; promotion finds the tested image by it. */
export function shaTag(sha: CommitSha): ImageTag {
  return `sha-${sha.slice(0, 12)}` as ImageTag;
}

/**
 * A branch as a tag. Characters that tags cannot have become `-`, so `feature/x` and `feature-x` give the same tag.
 * `undefined` when nothing valid is left.
 */
export function branchTag(branch: string): ImageTag | undefined {
  const parsed = parseImageTag(
    branch
      .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 128),
  );
  return 'value' in parsed ? parsed.value : undefined;
}

/**
 * A version as a tag. Tags cannot contain the `+` of build metadata; it becomes `_`, as Helm writes it in registries.
 * A version has no other character that a tag cannot have, but it can be longer.
 */
export function versionTag(version: string): Parsed<ImageTag> {
  const parsed = parseImageTag(version.replace('+', '_'));
  return 'value' in parsed
    ? parsed
    : { problem: `the version has ${version.length} characters, and a tag has at most 128` };
}

/** The versions of which a floating tag points to the highest: `1.4` the 1.4.x, `1` the 1.x, `latest` all. */
export type VersionRange = 'minor' | 'major' | 'all';

export interface PlannedTag {
  name: ImageTag;
  /** Whether later runs move the tag to another image; a concurrent run may have moved it already. */
  moving: boolean;
  /** Set for a floating tag: it must not move while the repository has a higher stable version in this range. */
  range?: VersionRange;
}

export interface TagPlan {
  tags: PlannedTag[];
  skipped: SkippedRule[];
}

/** A rule that gives no tag in this run. */
export interface SkippedRule {
  rule: string;
  reason: string;
}

export interface TagContext extends PushEvent {
  sha: CommitSha;
}

/** The tags that the rules give in this run. Whether a floating tag may move is decided later, by the tags in the registry. */
export function planTags(rules: readonly TagRule[], context: TagContext): TagPlan {
  const plan: TagPlan = { tags: [], skipped: [] };
  for (const rule of rules) {
    const result = rule.kind === 'sha' ? { name: shaTag(context.sha), moving: false } : applyRule(rule, context);
    if ('reason' in result) plan.skipped.push({ rule: rule.kind, reason: result.reason });
    else if (!plan.tags.some(({ name }) => name === result.name)) plan.tags.push(result);
  }
  return plan;
}

/** Why no rule gives a tag for this event; `undefined` when one does. */
export function explainNoTags(rules: readonly TagRule[], event: PushEvent): SkippedRule[] | undefined {
  const skipped = rules.flatMap((rule) => {
    const result = rule.kind === 'sha' ? undefined : applyRule(rule, event);
    return result !== undefined && 'reason' in result ? [{ rule: rule.kind, reason: result.reason }] : [];
  });
  return skipped.length === rules.length ? skipped : undefined;
}

function applyRule(rule: Exclude<TagRule, { kind: 'sha' }>, event: PushEvent): PlannedTag | { reason: string } {
  const { release } = event;
  switch (rule.kind) {
    case 'raw':
      return { name: rule.tag, moving: false };
    case 'semver':
      return semverRule(release);
    case 'semver-minor':
      return floatingTag(release, 'minor', ({ major, minor }) => `${major}.${minor}`);
    case 'semver-major':
      return floatingTag(release, 'major', ({ major }) => `${major}`);
    case 'branch':
      return branchRule(event);
    case 'latest':
      return latestRule(event);
  }
}

function semverRule(release: ReleaseVersion | undefined): PlannedTag | { reason: string } {
  if (release === undefined) return { reason: 'no tag was pushed' };
  const parsed = versionTag(release.text);
  return 'value' in parsed ? { name: parsed.value, moving: false } : { reason: parsed.problem };
}

function floatingTag(
  release: ReleaseVersion | undefined,
  range: VersionRange,
  name: (release: ReleaseVersion) => string,
): PlannedTag | { reason: string } {
  if (release === undefined) return { reason: 'no tag was pushed' };
  if (!release.stable) return { reason: `${release.text} is a pre-release` };
  return { name: name(release) as ImageTag, moving: true, range };
}

function branchRule({ branch }: PushEvent): PlannedTag | { reason: string } {
  // The author of a pull request names its branch and could call it "main", so only pushed branches give tags.
  if (branch === undefined) return { reason: 'no branch was pushed' };
  const name = branchTag(branch);
  return name === undefined
    ? { reason: `the branch ${branch} has no character that a tag can have` }
    : { name, moving: true };
}

function latestRule({ branch, defaultBranch, release }: PushEvent): PlannedTag | { reason: string } {
  if (release !== undefined) return floatingTag(release, 'all', () => 'latest');
  if (branch === undefined) return { reason: 'neither a version nor a branch was pushed' };
  if (defaultBranch !== undefined && branch !== defaultBranch) return { reason: `${branch} is not the default branch` };
  return { name: 'latest' as ImageTag, moving: true };
}
