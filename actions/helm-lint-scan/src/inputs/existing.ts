import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';
import { CHANGED_SINCE_EXAMPLE, parseRevision } from '../changes/base.ts';

/** What limits a check to what is new in a repository. */
export interface ExistingSettings {
  /** A revision: only what has changed since is checked. */
  changedSince: string | undefined;
  /** What is known: a report, as an absolute path, or the state that `changedSince` names. */
  baseline: { from: 'report'; path: string } | { from: 'changed-since' } | undefined;
  /** Absolute. */
  junitFile: string | undefined;
  /** Whether missing dependencies of charts are fetched. */
  dependencyBuild: boolean;
}

/** In place of a path. */
const CHANGED_SINCE = 'changed-since';
const BASELINE_EXAMPLE = '.helm-lint-scan-baseline.json';

/** @param parsePath reads a path in the workspace or the runner's temporary directory */
export function readExisting(reader: InputReader, parsePath: (text: string) => Parsed<string>): ExistingSettings {
  const changedSince = reader.parsed('changed-since', parseRevision, CHANGED_SINCE_EXAMPLE);
  const baseline = reader.parsed('baseline', (text) => parseBaseline(text, parsePath), BASELINE_EXAMPLE);
  if (baseline?.from === 'changed-since' && reader.text('changed-since') === '')
    reader.addProblem({
      input: 'baseline',
      value: CHANGED_SINCE,
      problem: 'is changed-since, but the input changed-since is not set',
      advice: 'set it, or name a report',
      example: BASELINE_EXAMPLE,
    });
  return {
    changedSince,
    baseline,
    junitFile: reader.parsed('junit-file', parsePath, 'helm-lint-scan.xml'),
    dependencyBuild: reader.boolean('dependency-build', false),
  };
}

function parseBaseline(
  text: string,
  parsePath: (text: string) => Parsed<string>,
): Parsed<Exclude<ExistingSettings['baseline'], undefined>> {
  if (text === CHANGED_SINCE) return { value: { from: 'changed-since' } };
  const path = parsePath(text);
  return 'problem' in path ? path : { value: { from: 'report', path: path.value } };
}
