import type { SetImage } from '../cases/set-images.ts';
import type { CaseId, Finding } from '../findings/findings.ts';
import type { SuppressedFinding } from '../findings/suppressions.ts';
import { countAll, type MatrixRow } from './matrix.ts';

export interface JsonInput {
  findings: readonly Finding[];
  suppressed: readonly SuppressedFinding[];
  cases: readonly CaseId[];
  matrix: readonly MatrixRow[];
  set: readonly SetImage[];
  helm: string;
}

/** The full result, for programs. Lines and fingerprints are those of the SARIF file. */
export function jsonReport({ findings, suppressed, cases, matrix, set, helm }: JsonInput): object {
  return {
    format: 1,
    helm,
    counts: countAll({ findings, cases, matrix }),
    matrix,
    images: set.map(({ path, image }) => ({
      path,
      repository: image.repository,
      digest: image.digest,
      tags: image.tags,
    })),
    findings: findings.map(jsonFinding),
    suppressed: suppressed.map(({ finding, suppression }) => ({
      ...jsonFinding(finding),
      suppression: { reason: suppression.reason, expires: suppression.expires, line: suppression.line },
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
  };
}
