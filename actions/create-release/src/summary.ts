import { type Cell, escapeMarkdown, markdownTable } from '../../lib/markdown.ts';
import type { Decision } from './history/decision.ts';
import type { Settings } from './inputs/inputs.ts';
import type { PublishResult } from './releases/desired-release.ts';
import type { AssetContent } from './releases/releases.ts';

/** The job summary of a release that now exists. */
export function formatResultSummary(
  settings: Settings,
  decision: Decision,
  {
    release,
    assets,
    created,
    changed,
    latest,
    majorTag,
  }: PublishResult & { latest: boolean; majorTag: string | undefined },
): string {
  const publishedState = changed ? 'published' : 'already published, unchanged';
  const rows: Cell[][] = [
    ['Release', { link: release.url, text: release.name || release.tag }],
    ['State', release.draft ? 'draft, waiting to be published' : publishedState],
    ['Created by this run', created ? 'yes' : 'no'],
    ...createDecisionRows(settings, decision, latest),
    ...(majorTag === undefined ? [] : [['Major tag', { code: majorTag }]]),
  ];
  const files = assets.map(({ name, url, size, digest }): Cell[] => [
    { link: url, text: name },
    String(size),
    digest === undefined ? '' : { code: digest },
  ]);
  return formatPage(settings, rows, files);
}

export interface PlannedRelease {
  assets: readonly AssetContent[];
  /** What would be done, as a predicate of the tag. */
  state: string;
  notes: string;
}

/** The job summary of a dry run: what would be released. */
export function formatPlanSummary(
  settings: Settings,
  decision: Decision,
  { assets, state, notes }: PlannedRelease,
): string {
  const rows: Cell[][] = [['State', state], ...createDecisionRows(settings, decision, decision.latest)];
  const files = assets.map(({ name, size, digest }): Cell[] => [name, String(size), { code: digest }]);
  return `${formatPage(settings, rows, files)}\n\n<details><summary>Notes</summary>\n\n${notes}\n\n</details>`;
}

function createDecisionRows(settings: Settings, { previous, prerelease, commit }: Decision, latest: boolean): Cell[][] {
  return [
    ['Tag', { code: settings.tag }],
    ['Commit', { code: commit }],
    ['Previous tag', previous === undefined ? 'none' : { code: previous.name }],
    ['Pre-release', prerelease ? 'yes' : 'no'],
    ['Latest', latest ? 'yes' : 'no'],
  ];
}

function formatPage({ tag, dryRun }: Settings, rows: Cell[][], files: Cell[][]): string {
  const parts = [
    `### ${dryRun ? 'Dry run: release' : 'Release'} ${escapeMarkdown(tag)}`,
    markdownTable({ header: ['', ''], rows }),
  ];
  if (files.length > 0) parts.push(markdownTable({ header: ['File', 'Bytes', 'Digest'], rows: files }));
  return parts.join('\n\n');
}
