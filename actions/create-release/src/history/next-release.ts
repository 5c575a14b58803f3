import { ActionError } from '../../../lib/errors.ts';
import { type CommitSha, parseCommitSha } from '../../../lib/identifiers.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import { versionText } from '../../../lib/versions.ts';
import type { Settings } from '../inputs/inputs.ts';
import { nextVersion } from '../notes/next-version.ts';
import type { LabelsOf } from '../notes/sections.ts';
import { readConfig } from '../notes/write-notes.ts';
import { withExplanation } from '../releases/errors.ts';
import { findPrevious, nearbyNames } from './decision.ts';
import type { History } from './history.ts';
import { previousTagCandidates } from './previous-tag.ts';
import { withoutMovingTags } from './version-rules.ts';

export interface NextRelease {
  /** Without prefix and `v`; `undefined` when nothing is to be released. */
  version: string | undefined;
  /** The settings for a release of that version, if the step has no tag. */
  settings: Settings | undefined;
}

/** The version that follows from the commits since the last stable version, for a dry run. */
export async function findNextVersion(
  settings: Settings,
  { history, labelsOf }: { history: History; labelsOf: LabelsOf },
  env: Environment,
): Promise<NextRelease> {
  const { tag, tagPrefix = '' } = settings;
  const shownTag = tag || 'the next version';
  const { tags, commit: tagged } = await withExplanation('reading the tags', () =>
    history.overview(tag || `${tagPrefix}v`, nearbyNames(tag, settings.tagPrefix)),
  );
  const commit = tagged ?? (await findHead(settings, history, env));
  const candidates = previousTagCandidates(
    { tag, release: undefined, prefix: settings.tagPrefix },
    withoutMovingTags(tags, settings.tagPrefix),
  );
  const { tag: last } = await findPrevious(shownTag, candidates, commit, history);
  const { commits } = await withExplanation(`listing the commits of ${shownTag}`, () =>
    history.commits(last?.commit, commit),
  );
  const lastRelease = candidates.find(({ name }) => name === last?.name)?.release;
  const config = await readConfig(settings, { commit }, history);
  const taken = new Set(candidates.map(({ release }) => release.version.version));
  const version = await nextVersion(commits, lastRelease?.version, { config, labelsOf, taken });
  if (version === undefined) return { version: undefined, settings: tag === '' ? undefined : settings };
  const text = versionText(version);
  const v = last === undefined || last.name.slice(tagPrefix.length).startsWith('v') ? 'v' : '';
  return {
    version: text,
    settings: tag === '' ? { ...settings, tag: `${tagPrefix}${v}${text}`, target: commit } : settings,
  };
}

/** The commit that a tag would be created on: the target, otherwise the commit of the run. */
async function findHead({ target }: Settings, history: History, env: Environment): Promise<CommitSha> {
  const name = target ?? env.GITHUB_SHA ?? '';
  const parsed = parseCommitSha(name);
  if ('value' in parsed) return parsed.value;
  const commit = await withExplanation(`looking up the target ${name}`, () => history.resolveCommit(name));
  if (commit !== undefined) return commit;
  throw new ActionError({
    what: `the target ${name} does not exist`,
    why: 'the repository has neither a branch nor a commit of that name',
    next: 'Set `target` to a branch or commit of this repository.',
  });
}
