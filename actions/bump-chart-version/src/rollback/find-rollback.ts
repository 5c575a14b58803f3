import { ActionError } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { versionOfTag, versionText } from '../../../lib/versions.ts';
import { readChart } from '../charts/chart.ts';
import type { Repository, Snapshot } from '../commit/repository.ts';
import { sourceIn, versionIn } from '../commit/trailers.ts';
import type { FileState } from '../files/file-source.ts';
import type { Settings } from '../inputs/settings.ts';
import { pathsOf } from '../plan/plan.ts';
import { readYaml, type YamlFile } from '../yaml/source.ts';
import type { ChartCommit, History } from './history.ts';
import { type Rollback, type RollbackTarget, shortId } from './rollback.ts';

/** The request with the commit that it goes back to. That it goes back to older versions is the purpose. */
export async function withRollback(
  settings: Settings,
  target: RollbackTarget,
  { repository, snapshot }: { repository: Pick<Repository, 'history' | 'read'>; snapshot: Snapshot },
): Promise<Settings> {
  const { history } = repository;
  const found =
    target.kind === 'commit'
      ? await findCommit(target.id, history, snapshot)
      : await findVersion(versionText(target.version), settings.charts, { history, snapshot });
  const { branch } = settings;
  const past = await repository.read({ branch, commit: found.oid, paths: pathsOf(settings), history: false });
  const files = parseFiles(past.files, found.oid);
  if (files.size === 0) {
    throw new ActionError({
      what: 'there is nothing to roll back to',
      why: `the commit ${shortId(found.oid)} has none of the files ${pathsOf(settings).join(', ')}`,
      next: 'Pass a commit that has these charts, or correct the inputs charts and values-files. Nothing was changed.',
    });
  }
  const rollback: Rollback = { commit: found.oid, source: sourceIn(found.message), files };
  return { ...settings, rollback, allowDowngrade: true };
}

async function findCommit(id: string, history: History, { head, branch }: Snapshot): Promise<PastCommit> {
  const found = await history.findCommit(id, head);
  if (found !== undefined) return found;
  throw new ActionError({
    what: `the commit ${id} was not found`,
    why: `no commit in the history of ${branch} has an ID that begins with ${id}, or several commits have`,
    next: 'Pass the full ID of a commit of this branch, from the output commit of the release or from git log. Nothing was changed.',
  });
}

type PastCommit = Pick<ChartCommit, 'oid' | 'message'>;

/**
 * The newest commit of this action that set this version in one of the charts, by its trailer; in a history without such a trailer the newest
 * commit whose Chart.yaml has the version.
 */
async function findVersion(
  version: string,
  charts: readonly string[],
  { history, snapshot }: { history: History; snapshot: Snapshot },
): Promise<PastCommit> {
  const perChart = await history.chartCommits(snapshot.head, charts);
  const found = new Map<CommitSha, { commit: ChartCommit; chart: string }>();
  for (const [chart, commits] of perChart) {
    const commit =
      commits.find(({ message }) => isVersion(versionIn(message, chart), version)) ??
      commits.find((candidate) => isVersion(chartVersion(candidate), version));
    if (commit !== undefined) found.set(commit.oid, { commit, chart });
  }
  const [first, ...others] = [...found.values()];
  if (first === undefined) throw versionNotFound(version, perChart, snapshot.branch);
  if (others.length === 0) return first.commit;
  throw new ActionError({
    what: `the version ${version} is in several commits`,
    why: [first, ...others].map(({ commit, chart }) => `${chart} has it in ${shortId(commit.oid)}`).join(', '),
    next: 'Pass the ID of one of these commits, or roll back one chart at a time. Nothing was changed.',
  });
}

/** Without build metadata in the requested version, that of the chart does not matter. */
function isVersion(text: string | undefined, version: string): boolean {
  const found = versionOfTag(text ?? '');
  return found !== undefined && (versionText(found) === version || found.version === version);
}

function chartVersion({ chartYaml }: ChartCommit): string | undefined {
  if (chartYaml === undefined) return undefined;
  try {
    const chart = readChart('.', readYaml('Chart.yaml', new TextEncoder().encode(chartYaml)));
    return 'problem' in chart ? undefined : chart.version;
  } catch (error) {
    if (error instanceof ActionError) return undefined;
    throw error;
  }
}

const MAX_LISTED_VERSIONS = 20;

function versionNotFound(
  version: string,
  perChart: ReadonlyMap<string, readonly ChartCommit[]>,
  branch: string,
): ActionError {
  const lists = [...perChart].map(([chart, commits]) => {
    const versions = new Set(
      commits.flatMap((commit) => versionIn(commit.message, chart) ?? chartVersion(commit) ?? []),
    );
    return `${chart}: ${[...versions].slice(0, MAX_LISTED_VERSIONS).join(', ') || 'none'}`;
  });
  return new ActionError({
    what: `the version ${version} was not found`,
    why: [`in the history of ${branch} no chart has it; the newest versions are`, ...lists].join('\n  '),
    next: 'Pass one of these versions, or the ID of a commit, which can be older. Nothing was changed.',
  });
}

function parseFiles(states: ReadonlyMap<string, FileState>, commit: CommitSha): Map<string, YamlFile> {
  try {
    return new Map(
      [...states].flatMap(([path, state]) => (state.kind === 'file' ? [[path, readYaml(path, state.bytes)]] : [])),
    );
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const { what, why } = error;
    throw new ActionError({
      what: `at the commit ${shortId(commit)}, ${what}`,
      why,
      next: 'Pass another commit. Nothing was changed.',
      cause: error,
    });
  }
}
