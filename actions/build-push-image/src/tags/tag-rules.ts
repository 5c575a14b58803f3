import { type CommitSha, type ImageTag, parseImageTag } from '../../../lib/identifiers.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import type { PushEvent, ReleaseVersion } from './push-event.ts';
import { ruleName, type TagRule } from './rule-syntax.ts';

/** What every tag of an image begins and ends with. */
export interface Affixes {
  tagPrefix: string;
  tagSuffix: string;
}

export const NO_AFFIXES: Affixes = { tagPrefix: '', tagSuffix: '' };

const withAffixes = (tag: string, { tagPrefix, tagSuffix }: Affixes): string => `${tagPrefix}${tag}${tagSuffix}`;

/** The part of a tag between the affixes; `undefined` for a tag of another variant. */
export function withoutAffixes(tag: string, { tagPrefix, tagSuffix }: Affixes): string | undefined {
  const isOurs =
    tag.length >= tagPrefix.length + tagSuffix.length && tag.startsWith(tagPrefix) && tag.endsWith(tagSuffix);
  return isOurs ? tag.slice(tagPrefix.length, tag.length - tagSuffix.length) : undefined;
}

/** The tag that names the commit of an image; promotion finds the tested image by it. */
export function shaTag(sha: CommitSha, affixes: Affixes = NO_AFFIXES): ImageTag {
  return withAffixes(`sha-${sha.slice(0, 12)}`, affixes) as ImageTag;
}

/**
 * A branch as a tag. Characters that tags cannot have become `-`, so `feature/x` and `feature-x` give the same tag.
 * `undefined` when nothing valid is left.
 * @param room how many characters it can have
 */
export function branchTag(branch: string, room = 128): ImageTag | undefined {
  const parsed = parseImageTag(
    branch
      .replaceAll(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, room),
  );
  return 'value' in parsed ? parsed.value : undefined;
}

/**
 * A version as a tag. Tags cannot contain the `+` of build metadata; it becomes `_`, as Helm writes it in registries.
 * A version has no other character that a tag cannot have, but it can be longer.
 */
export function versionTag(version: string, affixes: Affixes = NO_AFFIXES): Parsed<ImageTag> {
  const tag = withAffixes(version.replace('+', '_'), affixes);
  const parsed = parseImageTag(tag);
  return 'value' in parsed
    ? parsed
    : { problem: `the version has ${tag.length} characters, and a tag has at most 128` };
}

/** The versions of which a floating tag points to the highest: `1.4` the 1.4.x, `1` the 1.x, `latest` all. */
export type VersionRange = 'minor' | 'major' | 'all';

export interface PlannedTag {
  name: ImageTag;
  /** Whether later runs move the tag to another image; a concurrent run may have moved it already. A fixed tag is never taken from another image. */
  moving: boolean;
  /** Set for a floating tag: it must not move while the repository has a higher stable version in this range. */
  range?: VersionRange;
  /** Set for the tag of a branch: it must not move back to an older commit of the branch. */
  branch?: string;
  /** Whether the tag names the commit, for which several jobs can build images. */
  ofCommit?: boolean;
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
export function planTags(
  rules: readonly TagRule[],
  { sha, ...event }: TagContext,
  affixes: Affixes = NO_AFFIXES,
): TagPlan {
  const plan: TagPlan = { tags: [], skipped: [] };
  for (const rule of rules) {
    const result = applyAffixes(applyRule(rule, event, sha), affixes);
    if ('reason' in result) plan.skipped.push({ rule: ruleName(rule), reason: result.reason });
    else if (!plan.tags.some(({ name }) => name === result.name)) plan.tags.push(result);
  }
  return plan;
}

/** Why no rule gives a tag for this event; `undefined` when one does. */
export function explainNoTags(
  rules: readonly TagRule[],
  event: PushEvent,
  affixes: Affixes,
): SkippedRule[] | undefined {
  const { tags, skipped } = planTags(rules, { ...event, sha: '0'.repeat(40) as CommitSha }, affixes);
  return tags.length === 0 ? skipped : undefined;
}

type Planned = (Omit<PlannedTag, 'name'> & { name: string }) | { reason: string };

function applyAffixes(planned: Planned, affixes: Affixes): PlannedTag | { reason: string } {
  if ('reason' in planned) return planned;
  const room = 128 - withAffixes('', affixes).length;
  // A branch can be shortened: its tag is only a name for the newest image.
  const name = withAffixes(planned.branch === undefined ? planned.name : planned.name.slice(0, room), affixes);
  const parsed = parseImageTag(name);
  if ('value' in parsed) return { ...planned, name: parsed.value };
  return {
    reason:
      name.length > 128
        ? `its tag would have ${name.length} characters, and a tag has at most 128`
        : `${name} ${parsed.problem}`,
  };
}

function applyRule(rule: TagRule, event: PushEvent, sha: CommitSha): Planned {
  const { release } = event;
  switch (rule.kind) {
    case 'sha':
      return { name: shaTag(sha), moving: false, ofCommit: true };
    case 'sha-long':
      return { name: `sha-${sha}`, moving: false, ofCommit: true };
    case 'raw':
      return { name: rule.tag, moving: !isVersionLike(rule.tag) };
    case 'moving':
      return { name: rule.tag, moving: true };
    case 'semver':
      return release === undefined ? noRelease(event) : { name: release.text.replace('+', '_'), moving: false };
    case 'semver-minor':
      return floatingTag(event, 'minor', ({ major, minor }) => `${major}.${minor}`);
    case 'semver-major':
      return release?.major === 0
        ? { reason: `${release.text} has no stable major version; \`semver-major-zero\` gives the tag 0` }
        : floatingTag(event, 'major', ({ major }) => `${major}`);
    case 'semver-major-zero':
      return floatingTag(event, 'major', ({ major }) => `${major}`);
    case 'branch':
      return branchRule(event);
    case 'latest':
      return latestRule(event);
    case 'pr':
      return event.pullRequest === undefined
        ? { reason: 'no pull request started the run' }
        : { name: `pr-${event.pullRequest}`, moving: true };
    case 'schedule':
      return event.scheduled ? { name: rule.tag, moving: true } : { reason: 'no schedule started the run' };
    case 'match':
      return matchRule(event, rule.find);
  }
}

/** Three numbers, as in `1.4.2-slim` or `2026.01.05`: such a text names one image, not a line of images. */
const isVersionLike = (text: string): boolean => /^v?\d+\.\d+\.\d+/.test(text);

function noRelease({ component }: PushEvent): { reason: string } {
  return { reason: component === undefined ? 'no tag was pushed' : `the pushed tag is a version of ${component}` };
}

function floatingTag(event: PushEvent, range: VersionRange, name: (release: ReleaseVersion) => string): Planned {
  const { release } = event;
  if (release === undefined) return noRelease(event);
  if (!release.stable) return { reason: `${release.text} is a pre-release` };
  return { name: name(release), moving: true, range };
}

function branchRule({ branch }: PushEvent): Planned {
  // The author of a pull request names its branch and could call it "main", so only pushed branches give tags.
  if (branch === undefined) return { reason: 'no branch was pushed' };
  const name = branchTag(branch);
  return name === undefined
    ? { reason: `the branch ${branch} has no character that a tag can have` }
    : { name, moving: true, branch };
}

function latestRule(event: PushEvent): Planned {
  const { branch, defaultBranch, release, component } = event;
  if (release !== undefined || component !== undefined) return floatingTag(event, 'all', () => 'latest');
  if (branch === undefined) return { reason: 'neither a version nor a branch was pushed' };
  if (defaultBranch !== undefined && branch !== defaultBranch) return { reason: `${branch} is not the default branch` };
  return { name: 'latest', moving: true, branch };
}

function matchRule({ tag }: PushEvent, find: (tag: string) => string | undefined): Planned {
  if (tag === undefined) return { reason: 'no tag was pushed' };
  const found = find(tag);
  if (found === undefined) return { reason: `${tag} does not match` };
  const parsed = parseImageTag(found);
  return 'value' in parsed
    ? { name: found, moving: !isVersionLike(found) }
    : { reason: `${JSON.stringify(found)} ${parsed.problem}` };
}
