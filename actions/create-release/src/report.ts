import { type Cell, escapeMarkdown, markdownTable } from '../../lib/markdown.ts';
import type { Decision } from './decide.ts';
import type { Settings } from './inputs.ts';
import type { AssetContent } from './releases.ts';
import type { Outcome } from './wanted.ts';

/** The job summary of a release that exists now. */
export function reportOutcome(
  settings: Settings,
  decision: Decision,
  { release, assets, created, changed, latest }: Outcome,
  majorTag: string | undefined,
): string {
  const state = release.draft
    ? 'draft, waiting to be published'
    : changed
      ? 'published'
      : 'published already, unchanged';
  const rows: Cell[][] = [
    ['Release', { link: release.url, text: release.name || release.tag }],
    ['State', state],
    ['Made by this run', created ? 'yes' : 'no'],
    ...marks(settings, decision, latest),
    ...(majorTag === undefined ? [] : [['Major tag', { code: majorTag }]]),
  ];
  const files = assets.map(({ name, url, size, digest }): Cell[] => [
    { link: url, text: name },
    String(size),
    digest === undefined ? '' : { code: digest },
  ]);
  return page(settings, rows, files);
}

/** The job summary of a dry run: what would be released. */
export function reportPlan(
  settings: Settings,
  decision: Decision,
  contents: readonly AssetContent[],
  existing: string,
  notes: string,
): string {
  const rows: Cell[][] = [['State', existing], ...marks(settings, decision, decision.latest)];
  const files = contents.map(({ name, size, digest }): Cell[] => [name, String(size), { code: digest }]);
  return `${page(settings, rows, files)}\n\n<details><summary>Notes</summary>\n\n${notes}\n\n</details>`;
}

function marks(settings: Settings, { previous, prerelease, commit }: Decision, latest: boolean): Cell[][] {
  return [
    ['Tag', { code: settings.tag }],
    ['Commit', { code: commit }],
    ['Previous tag', previous === undefined ? 'none' : { code: previous.name }],
    ['Pre-release', prerelease ? 'yes' : 'no'],
    ['Latest', latest ? 'yes' : 'no'],
  ];
}

function page({ tag, dryRun }: Settings, rows: Cell[][], files: Cell[][]): string {
  const parts = [
    `### ${dryRun ? 'Dry run: release' : 'Release'} ${escapeMarkdown(tag)}`,
    markdownTable({ header: ['', ''], rows }),
  ];
  if (files.length > 0) parts.push(markdownTable({ header: ['File', 'Bytes', 'Digest'], rows: files }));
  return parts.join('\n\n');
}
