import { group, info } from '../../../lib/runner/commands.ts';
import type { CheckResult } from '../check.ts';
import { pluralize } from '../data.ts';
import type { Finding } from '../findings/findings.ts';
import { annotateFindings } from './annotations.ts';
import { countAll } from './matrix.ts';
import { findingText } from './sarif.ts';

/** Print the images that were set, every finding and the totals, and annotate the worst findings. */
export async function logFindings(result: CheckResult, maxAnnotations: number): Promise<void> {
  const { findings, cases } = result;
  for (const { path, image } of distinctImages(result.set)) info(`set ${path} to ${image.repository}@${image.digest}`);
  if (findings.length > 0)
    await group(pluralize(findings.length, 'finding'), async () => {
      for (const finding of findings) info(logLine(finding, result));
    });
  const omitted = annotateFindings(result, maxAnnotations);
  if (omitted > 0)
    info(`${pluralize(omitted, 'finding')} more than max-annotations (${maxAnnotations}): see the list above.`);
  const { errors, warnings, notes, resources, notValidated } = countAll(result);
  info(
    `${pluralize(errors, 'error')}, ${pluralize(warnings, 'warning')}, ${pluralize(notes, 'note')} in ${pluralize(cases.length, 'case')} with ${pluralize(resources, 'resource')}, ${notValidated} not validated`,
  );
  const { known, fixed } = result;
  if (fixed !== undefined) info(`${pluralize(known.length, 'finding')} known from the baseline, ${fixed} fixed`);
}

/** Many cases set the same. */
const distinctImages = (set: CheckResult['set']): CheckResult['set'] => [
  ...new Map(set.map((entry) => [`${entry.path} ${entry.image.repository}`, entry])).values(),
];

const logLine = (finding: Finding, { cases }: CheckResult): string =>
  `${finding.level.padEnd(7)} ${finding.location.file}:${finding.location.line} [${finding.rule.id}] ${findingText(finding, cases)}`;
