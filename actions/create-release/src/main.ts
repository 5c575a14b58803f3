import { randomUUID } from 'node:crypto';
import { createGitHubClient } from '../../lib/requests/github.ts';
import { annotate, info } from '../../lib/runner/commands.ts';
import { readContext } from '../../lib/runner/context.ts';
import type { Environment } from '../../lib/runner/inputs.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { readContents } from './assets/contents.ts';
import { dryRun } from './dry-run.ts';
import { type Decision, higherRelease, makeDecision } from './history/decision.ts';
import { createHistory } from './history/github-history.ts';
import type { History } from './history/history.ts';
import { moveMajorTag } from './history/move-major-tag.ts';
import { findNextVersion } from './history/next-release.ts';
import type { Settings } from './inputs/inputs.ts';
import { createLabelsOf } from './notes/pull-request-labels.ts';
import { writeNotes } from './notes/write-notes.ts';
import {
  setAssetOutputs,
  setDecisionOutputs,
  setDraftOutputs,
  setNextVersionOutput,
  setNotesOutput,
  setResultOutputs,
} from './outputs.ts';
import { checkPublished } from './releases/check-published.ts';
import type { DesiredRelease, PublishResult } from './releases/desired-release.ts';
import { createReleases } from './releases/github-releases.ts';
import { ensureRelease } from './releases/publish.ts';
import type { Releases } from './releases/releases.ts';
import { formatResultSummary } from './summary.ts';

/** From the settings to a published release. */
export async function main(given: Settings, env: Environment): Promise<void> {
  const context = readContext(env);
  const repository = given.repository ?? context.repository;
  const github = await createGitHubClient({ token: given.token, apiUrl: context.apiUrl, retries: given.retries });
  const endpoint = { github, url: context.graphqlUrl, repository };
  const releases = createReleases(endpoint, given.token);
  const history = createHistory(endpoint);
  const labelsOf = createLabelsOf(github, context.graphqlUrl, repository);

  // Files are read while requests wait for their responses.
  const contents = readContents(given);
  contents.catch(() => undefined);

  // In a dry run the tag can be the next one.
  const next = given.dryRun ? await findNextVersion(given, { history, labelsOf }, env) : undefined;
  if (next !== undefined) await setNextVersionOutput(next.version);
  if (next?.settings === undefined && given.tag === '') return info('Dry run: nothing to release');
  const settings = next?.settings ?? given;

  for (const message of settings.fileMessages) annotate({ title: 'create-release: files', ...message });

  // Find the tag's commit and the previous tag.
  const decision = await makeDecision(settings, history);
  const { tag } = settings;
  await setDecisionOutputs(tag, decision);
  info(`${tag} at ${decision.commit}; previous tag: ${decision.previous?.name ?? 'none'}`);

  // Write the notes.
  const repositoryUrl = `${context.serverUrl}/${repository}`;
  const notes = await writeNotes(settings, decision, { releases, history, repositoryUrl, labelsOf });
  report('warning', [...decision.warnings, ...notes.warnings]);
  report('notice', decision.notices);
  await setNotesOutput(notes.text);
  const assets = await contents;

  const desired = toDesiredRelease(settings, decision, { text: notes.text, assets });
  if (settings.dryRun) return dryRun({ settings, decision, desired, releases });

  // Draft the release, upload its files, publish it.
  const result = await publish({ settings, decision, desired, releases, history });
  await setResultOutputs(result);
  info(`${result.release.draft ? 'The draft is complete' : 'Released'}: ${result.release.url}`);

  const major = settings.majorTag && !result.release.draft ? await moveMajorTag(tag, decision, history) : undefined;
  if (settings.summary) await writeSummary(formatResultSummary(settings, decision, { ...result, majorTag: major }));
}

function toDesiredRelease(
  settings: Settings,
  decision: Decision,
  { text, assets }: Pick<DesiredRelease, 'text' | 'assets'>,
): DesiredRelease {
  const { tag, name, textGiven, bodyMode, prerelease, makeLatest } = settings;
  const { draft, discussionCategory, update, checksums, otherFiles } = settings;
  return {
    tag,
    target: decision.target,
    name,
    text,
    textGiven,
    bodyMode,
    prerelease: prerelease === undefined ? undefined : decision.prerelease,
    latest: makeLatest === undefined ? undefined : decision.latest,
    defaults: { prerelease: decision.prerelease, latest: decision.latest },
    draft,
    discussionCategory,
    update,
    assets,
    checksums,
    otherFiles,
  };
}

interface Publishing {
  settings: Settings;
  decision: Decision;
  desired: DesiredRelease;
  releases: Releases;
  history: History;
}

async function publish({ settings, decision, desired, releases, history }: Publishing) {
  const options = {
    runId: randomUUID(),
    retry: { retries: settings.retries },
    known: decision.releases,
    onRelease: setDraftOutputs,
    onAssets: setAssetOutputs,
  };
  const result = settings.moveTag
    ? await (await import('./releases/move-release.ts')).moveRelease(desired, releases, {
        ...options,
        history,
        commit: decision.commit,
        from: decision.tagged,
      })
    : await ensureRelease(desired, releases, options);
  return { ...result, latest: await checkLatest(result, { settings, decision, desired, releases, history }) };
}

/** @returns whether the release is now the latest */
async function checkLatest(
  { release, changed }: PublishResult,
  { settings, decision, desired, releases }: Publishing,
): Promise<boolean> {
  const before = decision.releases.latest;
  if (release.draft) return false;
  if (!changed) return before?.id === release.id;
  const published = decision.releases.ofTag.find(({ draft }) => !draft);
  const isPromoted = published?.prerelease === true && !release.prerelease;
  const isKept = desired.latest === undefined && published !== undefined && !isPromoted;
  // A release that keeps its mark does not claim it: a person may have marked another one in the meantime.
  const latest = !isKept && (desired.latest ?? desired.defaults.latest) && !release.prerelease;
  return checkPublished(
    release,
    {
      latest,
      before,
      higher: (state) =>
        settings.makeLatest === true ? undefined : higherRelease(decision, state, settings.tagPrefix),
    },
    { releases, retry: { retries: settings.retries } },
  );
}

function report(level: 'warning' | 'notice', messages: readonly string[]): void {
  for (const message of messages) annotate({ level, title: 'create-release', message });
}
