import { join } from 'node:path/posix';
import type { Findings } from './findings/findings.ts';
import type { Inspected } from './inspect.ts';
import { engineRules } from './rules/engine.ts';

/** A version whose schemas are not here: nothing was validated, and that must not look like a pass. */
export function unbundled(inspected: Inspected, minors: readonly string[], findings: Findings): void {
  const { id, kube, resources } = inspected;
  const [first] = resources;
  findings.add({
    rule: engineRules.kubeVersionMissing,
    case: id,
    path: [],
    message: `nothing was validated for Kubernetes ${kube.minor}: there are schemas of ${minors.at(-1)} to ${minors[0]}`,
    place: () =>
      first === undefined || inspected.origin === 'chart'
        ? { file: join(id.subject, 'Chart.yaml'), line: 1, exact: false }
        : { file: first.source.file, line: 1, exact: false },
  });
}
