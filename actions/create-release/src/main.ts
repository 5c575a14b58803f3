import { randomUUID } from 'node:crypto';
import { annotate, info } from '../../lib/commands.ts';
import type { Context } from '../../lib/context.ts';
import type { Environment } from '../../lib/inputs.ts';
import type { History } from './history.ts';
import { readSettings, type Settings } from './inputs.ts';
import type { Asset, Release, Releases } from './releases.ts';

/** From the inputs to a published release. */
export async function main(env: Environment): Promise<void> {
  const settings = await readSettings(env);
  const [{ readContext }, { createGitHubClient }, { openReleases }, { openHistory }] = await Promise.all([
    import('../../lib/context.ts'),
    import('../../lib/github.ts'),
    import('./github-releases.ts'),
    import('./github-history.ts'),
  ]);
  const context = readContext(env);
  const github = await createGitHubClient({ token: settings.token, apiUrl: context.apiUrl });
  const releases = openReleases(github, context.repository, settings.token);
  await release(settings, context, releases, openHistory(github, context.repository));
}

async function release(settings: Settings, context: Context, releases: Releases, history: History): Promise<void> {
  const [{ decide, isStillLatest }, { writeNotes }, { readContents }, { setOutputs, writeSummary }] = await Promise.all(
    [import('./decide.ts'), import('./write-notes.ts'), import('./contents.ts'), import('../../lib/result.ts')],
  );
  const { tag } = settings;
  const decision = await decide(settings, history);
  const { prerelease, previous } = decision;
  await setOutputs({ tag, 'previous-tag': previous?.name, prerelease });
  info(`${tag} at ${decision.commit}; previous tag: ${previous?.name ?? 'none'}`);

  const repositoryUrl = `${context.serverUrl}/${context.repository}`;
  const notes = await writeNotes(settings, decision, { releases, history }, repositoryUrl);
  warn([...decision.warnings, ...notes.warnings]);
  await setOutputs({ notes: notes.text });
  const assets = await readContents(settings.files, settings.area, settings.checksums);
  if (settings.dryRun) return (await import('./dry-run.ts')).showPlan(settings, decision, releases, assets, notes.text);

  const { bringAbout } = await import('./publish.ts');
  const { name, draft, update, makeLatest } = settings;
  const { target } = decision;
  const latest = () => isStillLatest(settings, decision, history);
  const outcome = await bringAbout(
    { tag, target, name, body: notes.text, draft, prerelease, update, makeLatest, latest, assets },
    releases,
    {
      run: randomUUID(),
      waiting: { retries: 4 },
      opened: (opened, created) => setOutputs({ ...releaseOutputs(opened), created }),
      uploaded: (uploaded) => setOutputs({ assets: assetOutput(uploaded) }),
    },
  );
  await setOutputs({ ...releaseOutputs(outcome.release), latest: outcome.latest, assets: assetOutput(outcome.assets) });
  info(`${outcome.release.draft ? 'The draft is complete' : 'Released'}: ${outcome.release.url}`);

  const { moveMajorTag } = await import('./move-major-tag.ts');
  const major = settings.majorTag && !outcome.release.draft ? await moveMajorTag(tag, decision, history) : undefined;
  const { reportOutcome } = await import('./report.ts');
  if (settings.summary) await writeSummary(reportOutcome(settings, decision, outcome, major));
}

function releaseOutputs({ id, url, uploadUrl, draft, prerelease }: Release) {
  return { id, url, 'upload-url': uploadUrl, published: !draft, prerelease };
}

function assetOutput(assets: readonly Asset[]) {
  return assets.map(({ id, name, url, size, digest }) => ({ id, name, url, size, digest }));
}

function warn(messages: readonly string[]): void {
  for (const message of messages) annotate({ level: 'warning', title: 'create-release', message });
}
