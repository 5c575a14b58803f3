import { hash } from 'node:crypto';
import { formatPath, type Path } from '../data.ts';
import type { LevelChoice } from '../inputs/inputs.ts';
import type { Location } from '../locate/location.ts';
import { LEVELS, type Level, type RuleInfo } from '../rules/rule.ts';

/** The name of this action as an engine. */
export const ACTION_ENGINE = 'helm-lint-scan';

/** The subject of plain manifests, where a chart's cases have its directory. */
export const MANIFESTS = 'manifests';

/** One combination that was checked. */
export interface CaseId {
  /** `helm/shop`, or `manifests`. */
  subject: string;
  /** For plain manifests, the name of their scope; empty when they are one. */
  values: string;
  /** `1.34`; empty for a finding that does not depend on it. */
  kubeVersion: string;
}

/** One problem, in any number of cases. */
export interface Finding {
  engine: string;
  rule: RuleInfo;
  level: Level;
  message: string;
  location: Location;
  subject: string;
  /** `Deployment/web`, for a finding about a resource; the first one of several. */
  resource: string | undefined;
  /** All resources with this problem; more than one only if one line causes it in all of them. */
  resources: string[];
  /** The path in the resource. */
  path: string;
  cases: CaseId[];
  /** Identifies the problem, also when lines move. */
  fingerprint: string;
  /** Those of all findings that are joined to this one; the first is its own. */
  fingerprints: string[];
}

/** What a check reports. Its location is looked up only when it is new. */
export interface NewFinding {
  engine?: string;
  rule: RuleInfo;
  /** The level, where it is less severe than that of the rule. A level that the user gives the rule has precedence. */
  level?: Level | undefined;
  case: CaseId;
  resource?: string | undefined;
  path: Path;
  message: string;
  /** Distinguishes resources and documents for which everything else is the same. */
  document?: string;
  location: () => Location;
}

/** Collects findings and joins those with the same message. */
export class Findings {
  readonly #levels: ReadonlyMap<string, LevelChoice>;
  readonly #found = new Map<string, Finding>();
  /** The keys in the map above, by fingerprint. */
  readonly #keys = new Map<string, string>();
  /** The keys of the cases of each finding. */
  readonly #cases = new Map<string, Set<string>>();

  /** @param levels the levels that the user gives rules, by id */
  constructor(levels: ReadonlyMap<string, LevelChoice>) {
    this.#levels = levels;
  }

  add(report: NewFinding): void {
    const { engine = ACTION_ENGINE, rule, resource, message, document = '' } = report;
    const level = this.#levels.get(rule.id) ?? this.#levels.get(engine) ?? report.level ?? rule.level;
    if (level === 'off') return;
    const subject = report.case.subject;
    const path = formatPath(report.path);
    const parts = [engine, rule.id, subject, resource ?? '', document, path];
    const key = computeHash([...parts, message]);
    const known = this.#found.get(key);
    const seen = this.#cases.get(key) ?? new Set();
    this.#cases.set(key, seen);
    const isSeen = seen.has(caseKey(report.case));
    seen.add(caseKey(report.case));
    if (known !== undefined) {
      if (!isSeen) known.cases.push(report.case);
      return;
    }
    const text = toSingleLine(resource === undefined ? message : `${resource}: ${message}`);
    const cases = [report.case];
    const fingerprint = this.#reserveFingerprint([...parts, withoutPositions(message)], key);
    this.#found.set(key, {
      engine,
      rule,
      level,
      message: text,
      location: report.location(),
      subject,
      resource,
      resources: resource === undefined ? [] : [resource],
      path,
      cases,
      fingerprint,
      fingerprints: [fingerprint],
    });
  }

  remove({ fingerprint }: Finding): void {
    const key = this.#keys.get(fingerprint) ?? '';
    this.#keys.delete(fingerprint);
    this.#found.delete(key);
    this.#cases.delete(key);
  }

  /** Findings whose messages differ only in a position are numbered. */
  #reserveFingerprint(parts: readonly string[], key: string): string {
    let fingerprint = computeHash(parts);
    for (let ordinal = 2; this.#keys.has(fingerprint); ordinal++)
      fingerprint = computeHash([...parts, String(ordinal)]);
    this.#keys.set(fingerprint, key);
    return fingerprint;
  }

  /** Worst first; then by severity, file and line. */
  list(): Finding[] {
    return [...this.#found.values()].sort(
      (a, b) =>
        LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
        (b.rule.severity ?? 0) - (a.rule.severity ?? 0) ||
        compare(a.location.file, b.location.file) ||
        a.location.line - b.location.line ||
        compare(a.rule.id, b.rule.id) ||
        compare(a.message, b.message),
    );
  }
}

/** Messages repeat text of the charts, which can have any length. */
const MAX_MESSAGE_LENGTH = 1000;

/** On one line, of limited length, and without control characters of a terminal. */
function toSingleLine(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return plain.length > MAX_MESSAGE_LENGTH ? `${plain.slice(0, MAX_MESSAGE_LENGTH)}…` : plain;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const caseKey = ({ subject, values, kubeVersion }: CaseId): string => [subject, values, kubeVersion].join('\n');

/** The message of Helm or of a parser, without the lines in it, which move. */
const withoutPositions = (message: string): string =>
  message.replaceAll(/\b(line|column) \d+/gi, '$1').replaceAll(/(\.(?:ya?ml|tpl|txt|json)):\d+(?::\d+)?/g, '$1');

const computeHash = (parts: readonly string[]): string => hash('sha256', parts.join('\0'), 'hex').slice(0, 32);

/** The number of findings at each level. */
export function countLevels(findings: readonly Finding[]): Record<Level, number> {
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

const distinct = (cases: readonly CaseId[], key: 'values' | 'kubeVersion'): string[] => [
  ...new Set(cases.map((id) => id[key]).filter((value) => value !== '')),
];

/**
 * The cases of a finding as text: `in all 12 cases`, `in 2 of 12 cases (values defaults, ci/ha.yaml; Kubernetes 1.35)`.
 * A finding that does not depend on the version of Kubernetes names only its values: `with the values ci/ha.yaml`.
 */
export function describeCases(finding: Finding, all: readonly CaseId[]): string {
  // The file of a finding in plain manifests says which of their scopes it is in.
  const scopes = finding.subject === MANIFESTS ? new Set(finding.cases.map(({ values }) => values)) : undefined;
  const casesOfSubject = all.filter(
    ({ subject, values }) => subject === finding.subject && (scopes?.has(values) ?? true),
  );
  const values = scopes === undefined ? distinct(finding.cases, 'values') : [];
  const versions = distinct(finding.cases, 'kubeVersion');
  if (versions.length === 0) {
    const everywhere = values.length === 0 || values.length === distinct(casesOfSubject, 'values').length;
    return everywhere ? '' : `with the values ${values.join(', ')}`;
  }
  if (casesOfSubject.length <= 1) return '';
  if (finding.cases.length === casesOfSubject.length) return `in all ${casesOfSubject.length} cases`;
  const names = values.length === 0 ? '' : `values ${values.join(', ')}; `;
  return `in ${finding.cases.length} of ${casesOfSubject.length} cases (${names}Kubernetes ${versions.join(', ')})`;
}
