import { type CommitSha, type ImageTag, parseImageTag } from '../../../lib/identifiers.ts';
import type { Parsed } from '../../../lib/inputs.ts';
import type { Pushed, Release } from './push-event.ts';

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
  const kind = KINDS.find((each) => each === text);
  return kind === undefined ? { problem: `is not one of ${KINDS.join(', ')}, raw:TEXT` } : { value: { kind } };
}

/** The tag that says which commit an image is of; promotion finds the tested image by it. */
export function shaTag(sha: CommitSha): ImageTag {
  return `sha-${sha.slice(0, 12)}` as ImageTag;
}

/**
 * A branch as a tag. Characters that tags cannot have become `-`, so `feature/x` and `feature-x` meet in one tag.
 * `undefined` when nothing usable is left.
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
 * A version as a tag. Tags may not hold the `+` of build metadata; it becomes `_`, as Helm writes it in registries.
 * A version has no other character that a tag may not have, but it may be longer.
 */
export function versionTag(version: string): Parsed<ImageTag> {
  const parsed = parseImageTag(version.replace('+', '_'));
  return 'value' in parsed
    ? parsed
    : { problem: `the version has ${version.length} characters, and a tag has at most 128` };
}

/** The range of versions in which a tag may only follow the highest: `1.4` the 1.4.x, `1` the 1.x, `latest` all. */
export type Line = 'minor' | 'major' | 'all';

export interface PlannedTag {
  name: ImageTag;
  /** Whether the tag goes from image to image with time; another run may have moved it since. */
  moving: boolean;
  /** Set when the tag must not move while the repository holds a higher stable version of this line. */
  line?: Line;
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

export interface TagFacts extends Pushed {
  sha: CommitSha;
}

/** What the rules give for this run. Whether a tag with a line may move is decided later, with what the registry holds. */
export function planTags(rules: readonly TagRule[], facts: TagFacts): TagPlan {
  const plan: TagPlan = { tags: [], skipped: [] };
  for (const rule of rules) {
    const result = rule.kind === 'sha' ? { name: shaTag(facts.sha), moving: false } : applyRule(rule, facts);
    if ('reason' in result) plan.skipped.push({ rule: rule.kind, reason: result.reason });
    else if (!plan.tags.some(({ name }) => name === result.name)) plan.tags.push(result);
  }
  return plan;
}

/** Why no rule gives a tag for what was pushed; `undefined` when one does. */
export function reasonsForNone(rules: readonly TagRule[], pushed: Pushed): SkippedRule[] | undefined {
  const skipped = rules.flatMap((rule) => {
    const result = rule.kind === 'sha' ? undefined : applyRule(rule, pushed);
    return result !== undefined && 'reason' in result ? [{ rule: rule.kind, reason: result.reason }] : [];
  });
  return skipped.length === rules.length ? skipped : undefined;
}

function applyRule(rule: Exclude<TagRule, { kind: 'sha' }>, pushed: Pushed): PlannedTag | { reason: string } {
  const { release } = pushed;
  switch (rule.kind) {
    case 'raw':
      return { name: rule.tag, moving: false };
    case 'semver':
      return semverRule(release);
    case 'semver-minor':
      return line(release, 'minor', ({ major, minor }) => `${major}.${minor}`);
    case 'semver-major':
      return line(release, 'major', ({ major }) => `${major}`);
    case 'branch':
      return branchRule(pushed);
    case 'latest':
      return latestRule(pushed);
  }
}

function semverRule(release: Release | undefined): PlannedTag | { reason: string } {
  if (release === undefined) return { reason: 'no tag was pushed' };
  const parsed = versionTag(release.text);
  return 'value' in parsed ? { name: parsed.value, moving: false } : { reason: parsed.problem };
}

function line(
  release: Release | undefined,
  range: Line,
  name: (release: Release) => string,
): PlannedTag | { reason: string } {
  if (release === undefined) return { reason: 'no tag was pushed' };
  if (!release.stable) return { reason: `${release.text} is a pre-release` };
  return { name: name(release) as ImageTag, moving: true, line: range };
}

function branchRule({ branch }: Pushed): PlannedTag | { reason: string } {
  // A pull request's branch is named by its author, who could call it "main"; only pushed branches give tags.
  if (branch === undefined) return { reason: 'no branch was pushed' };
  const name = branchTag(branch);
  return name === undefined
    ? { reason: `the branch ${branch} has no character that a tag may have` }
    : { name, moving: true };
}

function latestRule({ branch, defaultBranch, release }: Pushed): PlannedTag | { reason: string } {
  if (release !== undefined) return line(release, 'all', () => 'latest');
  if (branch === undefined) return { reason: 'neither a version nor a branch was pushed' };
  if (defaultBranch !== undefined && branch !== defaultBranch) return { reason: `${branch} is not the default branch` };
  return { name: 'latest' as ImageTag, moving: true };
}

/** A tag with what keeps it where it is: a higher version in the repository. */
export interface HeldTag {
  name: ImageTag;
  by: string;
  /** The tag of that version, as the repository writes it. */
  holder: string;
}

/**
 * Part the tags into those that may move and those that a higher stable version of their line holds.
 * @param released the tags that the repository has
 */
export async function holdBack(
  tags: readonly PlannedTag[],
  release: Release,
  released: readonly string[],
): Promise<{ free: PlannedTag[]; held: HeldTag[] }> {
  const [{ isStable, parseVersion, versionOfTag }, { compare }] = await Promise.all([
    import('../../../lib/versions.ts'),
    import('semver').then((module) => module.default),
  ]);
  const own = parseVersion(release.text);
  if ('problem' in own) throw new Error(`${release.text} ${own.problem}`);
  const higher = released
    .flatMap((tag) => {
      const version = versionOfTag(tag.replace('_', '+'));
      return version !== undefined && isStable(version) && compare(version, own.value) > 0 ? [{ tag, version }] : [];
    })
    .sort((a, b) => compare(b.version, a.version));
  const holder = (range: Line) =>
    higher.find(
      ({ version: { major, minor } }) =>
        range === 'all' || (major === release.major && (range === 'major' || minor === release.minor)),
    );
  const free: PlannedTag[] = [];
  const held: HeldTag[] = [];
  for (const tag of tags) {
    const by = tag.line === undefined ? undefined : holder(tag.line);
    if (by === undefined) free.push(tag);
    else held.push({ name: tag.name, by: by.version.version, holder: by.tag });
  }
  return { free, held };
}
