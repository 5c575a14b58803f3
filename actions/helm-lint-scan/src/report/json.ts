import type { SetImage } from '../cases/set-images.ts';
import { FINGERPRINT_VERSION } from '../findings/baseline.ts';
import type { CaseId, Finding } from '../findings/findings.ts';
import type { SuppressedFinding } from '../findings/suppressions.ts';
import { countAll, type MatrixRow } from './matrix.ts';

export interface JsonInput {
  findings: readonly Finding[];
  suppressed: readonly SuppressedFinding[];
  known?: readonly Finding[];
  /** `undefined` without a baseline. */
  fixed?: number | undefined;
  partial?: boolean;
  cases: readonly CaseId[];
  matrix: readonly MatrixRow[];
  set: readonly SetImage[];
  helm: string;
}

/** The full result, for programs. Lines and fingerprints are those of the SARIF file. */
export function jsonReport(input: JsonInput): object {
  const { findings, suppressed, known = [], fixed, partial = false, cases, matrix, set, helm } = input;
  const state = (baselineState: 'new' | 'unchanged') => (fixed === undefined ? {} : { baselineState });
  return {
    format: 1,
    fingerprintVersion: FINGERPRINT_VERSION,
    ...(partial ? { changes: { partial } } : {}),
    helm,
    counts: countAll({ findings, cases, matrix }),
    matrix,
    images: set.map(({ path, image }) => ({
      path,
      repository: image.repository,
      digest: image.digest,
      tags: image.tags,
    })),
    ...(fixed === undefined ? {} : { baseline: { known: known.length, fixed } }),
    findings: [
      ...findings.map((finding) => ({ ...jsonFinding(finding), ...state('new') })),
      ...known.map((finding) => ({ ...jsonFinding(finding), ...state('unchanged') })),
    ],
    suppressed: suppressed.map(({ finding, suppression, kind }) => ({
      ...jsonFinding(finding),
      suppression: { reason: suppression.reason, expires: suppression.expires, line: suppression.line, kind },
    })),
  };
}

function jsonFinding({
  engine,
  rule,
  level,
  message,
  location,
  subject,
  resource,
  resources,
  path,
  cases,
  fingerprint,
  fingerprints,
}: Finding): object {
  return {
    engine,
    rule: rule.id,
    level,
    ...(rule.severity === undefined ? {} : { severity: rule.severity }),
    message,
    file: location.file,
    line: location.line,
    exactLine: location.exact,
    chart: subject,
    resource: resource ?? null,
    resources,
    path,
    cases,
    help: rule.help,
    fingerprint,
    fingerprints,
  };
}
