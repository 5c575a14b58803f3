import { setOutputs } from '../../lib/runner/outputs.ts';
import type { CheckResult } from './check.ts';
import { countAll } from './report/matrix.ts';
import type { WrittenReports } from './report/write.ts';

/** Set the outputs that count. They are set before the reports are written, so that a report that cannot be written does not lose them. */
export async function setCounts(result: CheckResult): Promise<void> {
  const { errors, warnings, notes, cases, resources, notValidated } = countAll(result);
  const { known, fixed } = result;
  await setOutputs({
    ...{ errors, warnings, notes, cases, resources, 'not-validated': notValidated },
    ...(fixed === undefined ? {} : { known: known.length, fixed }),
  });
}

/** Set the paths of the reports that were written; the outputs of the others stay unset. */
export async function setReportPaths({ sarif, report, junit, rendered }: WrittenReports): Promise<void> {
  const paths = Object.entries({ sarif, report, junit, rendered }).filter(([, path]) => path !== undefined);
  if (paths.length > 0) await setOutputs(Object.fromEntries(paths));
}
