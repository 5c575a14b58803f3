import { createHash } from 'node:crypto';
import { type Path, pathText } from '../data.ts';
import type { LevelChoice } from '../inputs/inputs.ts';
import type { Place } from '../locate/locate.ts';
import { LEVELS, type Level, type RuleInfo } from '../rules/rule.ts';

/** The name of this action among the engines. */
export const OWN_ENGINE = 'helm-lint-scan';

/** One combination that was looked at. */
export interface CaseId {
  /** `helm/shop`, or `manifests`. */
  subject: string;
  values: string;
  /** `1.34`; empty for what does not depend on it. */
  kubeVersion: string;
}

/** One thing that is wrong, however many cases show it. */
export interface Finding {
  engine: string;
  rule: RuleInfo;
  level: Level;
  message: string;
  place: Place;
  subject: string;
  /** `Deployment/web`, when it is about a resource. */
  resource: string | undefined;
  /** In the resource. */
  path: string;
  cases: CaseId[];
  /** The same for the same fault, also when lines move. */
  fingerprint: string;
}

/** What a check reports; where it is, is only looked up when it is new. */
export interface Report {
  engine?: string;
  rule: RuleInfo;
  case: CaseId;
  resource?: string | undefined;
  path: Path;
  message: string;
  place: () => Place;
}

/** Takes reports and joins those that say the same. */
export class Findings {
  readonly #levels: ReadonlyMap<string, LevelChoice>;
  readonly #found = new Map<string, Finding>();
  /** The cases of each, as keys. */
  readonly #cases = new Map<string, Set<string>>();

  /** @param levels what the user says of rules, by id */
  constructor(levels: ReadonlyMap<string, LevelChoice>) {
    this.#levels = levels;
  }

  add(report: Report): void {
    const { engine = OWN_ENGINE, rule, resource, message } = report;
    const level = this.#level(rule, engine);
    if (level === 'off') return;
    const subject = report.case.subject;
    const path = pathText(report.path);
    const fingerprint = fingerprintOf([engine, rule.id, subject, resource ?? '', path, message]);
    const known = this.#found.get(fingerprint);
    const seen = this.#cases.get(fingerprint) ?? new Set();
    this.#cases.set(fingerprint, seen);
    const isSeen = seen.has(caseKey(report.case));
    seen.add(caseKey(report.case));
    if (known !== undefined) {
      if (!isSeen) known.cases.push(report.case);
      return;
    }
    const text = readable(resource === undefined ? message : `${resource}: ${message}`);
    const cases = [report.case];
    this.#found.set(fingerprint, {
      engine,
      rule,
      level,
      message: text,
      place: report.place(),
      subject,
      resource,
      path,
      cases,
      fingerprint,
    });
  }

  remove({ fingerprint }: Finding): void {
    this.#found.delete(fingerprint);
    this.#cases.delete(fingerprint);
  }

  /** Worst first; then by severity, file and line. */
  list(): Finding[] {
    return [...this.#found.values()].sort(
      (one, other) =>
        LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level) ||
        (other.rule.severity ?? 0) - (one.rule.severity ?? 0) ||
        compare(one.place.file, other.place.file) ||
        one.place.line - other.place.line ||
        compare(one.rule.id, other.rule.id) ||
        compare(one.message, other.message),
    );
  }

  #level(rule: RuleInfo, engine: string): LevelChoice {
    return this.#levels.get(rule.id) ?? this.#levels.get(engine) ?? rule.level;
  }
}

/** A sentence repeats what charts say: more than this nobody reads. */
const LONGEST = 1000;

/** On one line, of a length that can be read, and without what a terminal would obey. */
function readable(text: string): string {
  const plain = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const caseKey = ({ subject, values, kubeVersion }: CaseId): string => [subject, values, kubeVersion].join('\n');

const fingerprintOf = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);

/** The number of findings at each level. */
export function countLevels(findings: readonly Finding[]): Record<Level, number> {
  const count = (level: Level): number => findings.filter((each) => each.level === level).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}

const distinct = (cases: readonly CaseId[], key: 'values' | 'kubeVersion'): string[] => [
  ...new Set(cases.map((each) => each[key]).filter((each) => each !== '')),
];

/**
 * The cases of a finding in words: `in all 12 cases`, `in 2 of 12 cases (values defaults, ci/ha.yaml; Kubernetes 1.35)`.
 * What does not depend on the version of Kubernetes names its values alone: `with the values ci/ha.yaml`.
 */
export function casesText(finding: Finding, all: readonly CaseId[]): string {
  const own = all.filter(({ subject }) => subject === finding.subject);
  const values = distinct(finding.cases, 'values');
  const versions = distinct(finding.cases, 'kubeVersion');
  if (versions.length === 0) {
    const everywhere = values.length === 0 || values.length === distinct(own, 'values').length;
    return everywhere ? '' : `with the values ${values.join(', ')}`;
  }
  if (own.length <= 1) return '';
  if (finding.cases.length === own.length) return `in all ${own.length} cases`;
  const names = values.length === 0 ? '' : `values ${values.join(', ')}; `;
  return `in ${finding.cases.length} of ${own.length} cases (${names}Kubernetes ${versions.join(', ')})`;
}
