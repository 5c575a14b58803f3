import { randomUUID } from 'node:crypto';
import { createGitHubClient } from '../../lib/requests/github.ts';
import { annotate, info } from '../../lib/runner/commands.ts';
import { readContext } from '../../lib/runner/context.ts';
import type { Environment } from '../../lib/runner/inputs.ts';
import { writeSummary } from '../../lib/runner/outputs.ts';
import { readContents } from './assets/contents.ts';
import { dryRun } from './dry-run.ts';
import { isStillLatest, makeDecision } from './history/decision.ts';
import { createHistory } from './history/github-history.ts';
import { moveMajorTag } from './history/move-major-tag.ts';
import type { Settings } from './inputs/inputs.ts';
import { writeNotes } from './notes/write-notes.ts';
import { setAssetOutputs, setDecisionOutputs, setDraftOutputs, setNotesOutput, setResultOutputs } from './outputs.ts';
import type { DesiredRelease } from './releases/desired-release.ts';
import { createReleases } from './releases/github-releases.ts';
import { ensureRelease } from './releases/publish.ts';
import { formatResultSummary } from './summary.ts';

/** From the settings to a published release. */
export async function main(settings: Settings, env: Environment): Promise<void> {
  const { tag, name, draft, update, makeLatest, retries } = settings;
  const context = readContext(env);
  const github = await createGitHubClient({ token: settings.token, apiUrl: context.apiUrl, retries });
  const releases = createReleases(github, context.repository, settings.token);
  const history = createHistory(github, context.repository);

  // Find the tag's commit and the previous tag.
  const decision = await makeDecision(settings, history);
  const { commit, target, previous, prerelease } = decision;
  await setDecisionOutputs(tag, decision);
  info(`${tag} at ${commit}; previous tag: ${previous?.name ?? 'none'}`);

  // Write the notes and read the files.
  const repositoryUrl = `${context.serverUrl}/${context.repository}`;
  const notes = await writeNotes(settings, decision, { releases, history, repositoryUrl });
  warn([...decision.warnings, ...notes.warnings]);
  await setNotesOutput(notes.text);
  const assets = await readContents(settings);

  const desired: DesiredRelease = {
    tag,
    target,
    name,
    body: notes.text,
    draft,
    prerelease,
    makeLatest,
    update,
    assets,
    mayBecomeLatest: () => isStillLatest(settings, decision, history),
  };
  if (settings.dryRun) return dryRun({ settings, decision, desired, releases });

  // Draft the release, upload its files, publish it.
  const result = await ensureRelease(desired, releases, {
    runId: randomUUID(),
    retry: { retries },
    onRelease: setDraftOutputs,
    onAssets: setAssetOutputs,
  });
  await setResultOutputs(result);
  info(`${result.release.draft ? 'The draft is complete' : 'Released'}: ${result.release.url}`);

  const major = settings.majorTag && !result.release.draft ? await moveMajorTag(tag, decision, history) : undefined;
  if (settings.summary) await writeSummary(formatResultSummary(settings, decision, { ...result, majorTag: major }));
}

function warn(messages: readonly string[]): void {
  for (const message of messages) annotate({ level: 'warning', title: 'create-release', message });
}
