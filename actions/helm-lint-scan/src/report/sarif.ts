import type { CaseId, Finding } from '../findings/findings.ts';
import { ACTION_ENGINE, describeCases } from '../findings/findings.ts';
import type { SuppressedFinding } from '../findings/suppressions.ts';
import { allRules } from '../rules/index.ts';
import type { RuleInfo } from '../rules/rule.ts';

/** GitHub rejects a file with more: https://docs.github.com/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning */
const MAX_RESULTS = 25_000;

export interface SarifInput {
  /** Worst first. */
  findings: readonly Finding[];
  suppressed: readonly SuppressedFinding[];
  known?: readonly Finding[];
  /** `undefined` without a baseline. */
  fixed?: number | undefined;
  cases: readonly CaseId[];
}

/** A SARIF 2.1.0 log with a run for each engine. Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function sarifLog({ findings, suppressed, known = [], fixed, cases }: SarifInput): object {
  const [fresh, old]: BaselineState[] = fixed === undefined ? [undefined, undefined] : ['new', 'unchanged'];
  const all = [
    ...findings.map((finding): SarifEntry => ({ finding, baselineState: fresh })),
    ...known.map((finding): SarifEntry => ({ finding, baselineState: old })),
    ...suppressed.map((entry): SarifEntry => ({ ...entry, baselineState: fresh })),
  ].slice(0, MAX_RESULTS);
  const engines = [...new Set([ACTION_ENGINE, ...all.map(({ finding }) => finding.engine)])];
  const runs = engines.map((engine) => {
    const findingsOfEngine = all.filter(({ finding }) => finding.engine === engine);
    const reported = findingsOfEngine.map(({ finding }) => finding.rule);
    const builtIn = engine === ACTION_ENGINE ? allRules : [];
    const rules = [...new Map([...builtIn, ...reported].map((rule) => [rule.id, rule])).values()];
    const index = new Map(rules.map(({ id }, position) => [id, position]));
    return {
      tool: { driver: { name: engine, rules: rules.map(sarifRule) } },
      columnKind: 'utf16CodeUnits',
      results: withOwnAlerts(findingsOfEngine).map((entry) => ({
        ...sarifResult(entry, cases),
        ruleIndex: index.get(entry.finding.rule.id) ?? -1,
      })),
    };
  });
  return { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs };
}

type BaselineState = 'new' | 'unchanged' | undefined;

interface SarifEntry extends Partial<Pick<SuppressedFinding, 'suppression' | 'kind'>> {
  finding: Finding;
  baselineState: BaselineState;
}

/**
 * GitHub identifies an alert by its rule and `primaryLocationLineHash`, which `upload-sarif` computes from the line, so that several
 * findings of one rule on one line would be one alert. All but the first get their own value. `upload-sarif` keeps it, and logs a warning.
 * Source: `locationUpdateCallback` of https://github.com/github/codeql-action/blob/main/src/fingerprints.ts
 */
function withOwnAlerts(entries: readonly SarifEntry[]): (SarifEntry & { lineHash: string | undefined })[] {
  const seen = new Set<string>();
  return entries.map((entry) => {
    const { rule, location, fingerprint } = entry.finding;
    const key = [rule.id, location.file, location.line].join('\n');
    const isFirst = !seen.has(key);
    seen.add(key);
    return { ...entry, lineHash: isFirst ? undefined : `${fingerprint}:1` };
  });
}

function sarifRule({ id, level, severity, title, help }: RuleInfo): object {
  return {
    id,
    name: id.replaceAll(/(?:^|[-/])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: title },
    help: { text: help, markdown: help },
    defaultConfiguration: { level },
    properties: {
      tags: severity === undefined ? ['kubernetes'] : ['kubernetes', 'security'],
      ...(severity === undefined ? {} : { 'security-severity': severity.toFixed(1) }),
    },
  };
}

function sarifResult(
  { finding, suppression, kind, lineHash, baselineState }: ReturnType<typeof withOwnAlerts>[number],
  cases: readonly CaseId[],
): object {
  const { location, fingerprint } = finding;
  return {
    ruleId: finding.rule.id,
    level: finding.level,
    ...(baselineState === undefined ? {} : { baselineState }),
    message: { text: findingText(finding, cases) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: location.file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' },
          region: { startLine: location.line },
        },
        ...(finding.resources.length === 0
          ? {}
          : {
              logicalLocations: finding.resources.slice(0, MAX_RESOURCES).map((name) => ({
                name,
                fullyQualifiedName: `${finding.subject}/${name}`,
                kind: 'resource',
              })),
            }),
      },
    ],
    partialFingerprints: {
      'helmLintScan/v2': fingerprint,
      ...(lineHash === undefined ? {} : { primaryLocationLineHash: lineHash }),
    },
    ...(suppression === undefined
      ? {}
      : { suppressions: [{ kind, status: 'accepted', justification: suppression.reason }] }),
    properties: { path: finding.path, exactLine: location.exact },
  };
}

/** The maximum number of resources that a result names. */
const MAX_RESOURCES = 100;

/** The message of a finding, with the number of its resources, its cases and with a note when its line is approximate. */
export function findingText(finding: Finding, cases: readonly CaseId[]): string {
  const casesText = describeCases(finding, cases);
  const note = finding.location.exact ? '' : ' The line is approximate.';
  const resources = finding.resources.length > 1 ? `, in ${finding.resources.length} resources` : '';
  return `${finding.message}${resources}${casesText === '' ? '' : `, ${casesText}`}.${note}`;
}
