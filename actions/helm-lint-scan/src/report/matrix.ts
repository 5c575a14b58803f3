import { type CaseId, countLevels, type Finding } from '../findings/findings.ts';

/** One row of the matrix: a chart with one stack of values, or the manifests. */
export interface MatrixRow {
  subject: string;
  values: string;
  kubeVersions: string[];
  resources: number;
  notValidated: number;
  failed: boolean;
  seconds: number;
}

/** What the outputs, the log, the summary and the JSON report count alike. */
export interface Counts {
  errors: number;
  warnings: number;
  notes: number;
  cases: number;
  resources: number;
  notValidated: number;
}

export function countAll({
  findings,
  cases,
  matrix,
}: {
  findings: readonly Finding[];
  cases: readonly CaseId[];
  matrix: readonly MatrixRow[];
}): Counts {
  const { error, warning, note } = countLevels(findings);
  const sum = (key: 'resources' | 'notValidated'): number => matrix.reduce((total, row) => total + row[key], 0);
  return {
    errors: error,
    warnings: warning,
    notes: note,
    cases: cases.length,
    resources: sum('resources'),
    notValidated: sum('notValidated'),
  };
}
