import { group, info } from '../../lib/commands.ts';
import { ActionError } from '../../lib/errors.ts';
import type { Environment } from '../../lib/inputs.ts';
import { setOutputs, writeSummary } from '../../lib/result.ts';
import type { Checked } from './check.ts';
import { countLevels, type Finding } from './findings/findings.ts';
import type { Settings } from './inputs/inputs.ts';
import { annotateFindings } from './report/annotations.ts';
import { findingText } from './report/sarif.ts';
import { counted, summaryText } from './report/summary.ts';
import { writeReports } from './report/write.ts';
import { LEVELS } from './rules/rule.ts';

export { check } from './check.ts';
export { gather } from './inputs/scan-input.ts';

/** Outputs, log, annotations and summary; the files last, so that one that cannot be written takes nothing away. */
export async function tell(checked: Checked, settings: Settings, env: Environment): Promise<void> {
  const { findings, cases, matrix } = checked;
  const { error, warning, note } = countLevels(findings);
  const sum = (pick: (row: Checked['matrix'][number]) => number): number =>
    matrix.reduce((total, row) => total + pick(row), 0);
  const notValidated = sum((row) => row.notValidated);
  const resources = sum((row) => row.resources);
  await setOutputs({
    errors: error,
    warnings: warning,
    notes: note,
    cases: cases.length,
    resources,
    'not-validated': notValidated,
  });
  for (const { path, image } of unique(checked.set)) info(`set ${path} to ${image.repository}@${image.digest}`);
  if (findings.length > 0)
    await group(`${counted(findings.length, 'finding')}`, async () => {
      for (const finding of findings) info(logLine(finding, checked));
    });
  const left = annotateFindings(findings, cases, settings.maxAnnotations);
  if (left > 0)
    info(
      `${counted(left, 'finding')} more than max-annotations (${settings.maxAnnotations}) shows: see the list above.`,
    );
  info(
    `${counted(error, 'error')}, ${counted(warning, 'warning')}, ${counted(note, 'note')} in ${counted(cases.length, 'case')} with ${counted(resources, 'resource')}, ${notValidated} not validated`,
  );
  if (settings.summary) await writeSummary(summaryText({ ...checked, blob: blobAddress(env) }));
  await writeReports(checked, settings);
}

/** Many cases set the same. */
const unique = (set: Checked['set']): Checked['set'] => [
  ...new Map(set.map((each) => [`${each.path} ${each.image.repository}`, each])).values(),
];

const logLine = (finding: Finding, { cases }: Checked): string =>
  `${finding.level.padEnd(7)} ${finding.place.file}:${finding.place.line} [${finding.rule.id}] ${findingText(finding, cases)}`;

/** Where this commit's files can be read. */
function blobAddress({
  GITHUB_SERVER_URL: server,
  GITHUB_REPOSITORY: repository,
  GITHUB_SHA: sha,
}: Environment): string | undefined {
  return server && repository && sha ? `${server.replace(/\/+$/, '')}/${repository}/blob/${sha}` : undefined;
}

/** Charts that a title can name. */
const MAX_NAMED = 3;

/** @throws {ActionError} when a finding is at the level of `fail-on` or worse */
export function failOn({ findings }: Checked, { failOn: threshold }: Settings): void {
  if (threshold === 'never') return;
  const bad = findings.filter(({ level }) => LEVELS.indexOf(level) <= LEVELS.indexOf(threshold));
  if (bad.length === 0) return;
  const subjects = [...new Set(bad.map(({ subject }) => subject))];
  const where = subjects.length > MAX_NAMED ? `${subjects.length} charts` : subjects.join(', ');
  const rules = [...new Set(bad.map(({ rule }) => rule.id))].join(', ');
  throw new ActionError({
    what: `${counted(bad.length, threshold === 'error' ? 'error' : 'finding')} in ${where}`,
    why: `the rules that fail: ${rules}`,
    next: 'Correct what the annotations show; or give a rule another level with the input rules, or suppress a finding with a reason in the ignore file.',
  });
}
