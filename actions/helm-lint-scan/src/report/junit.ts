import { isFailing } from '../fail-on.ts';
import { type CaseId, caseKey, type Finding } from '../findings/findings.ts';
import type { SuppressedFinding } from '../findings/suppressions.ts';
import type { Settings } from '../inputs/inputs.ts';
import type { MatrixRow } from './matrix.ts';
import { findingText } from './sarif.ts';

export interface JunitInput {
  findings: readonly Finding[];
  suppressed: readonly SuppressedFinding[];
  known: readonly Finding[];
  cases: readonly CaseId[];
  matrix: readonly MatrixRow[];
}

/** A test of a suite. */
interface TestCase {
  name: string;
  finding: Finding | undefined;
  /** The text of a test that fails. */
  failure?: string;
  /** Why a test is skipped. */
  skipped?: string;
}

/**
 * A JUnit report with a suite for each chart and one for the manifests. Each finding that fails the step is a test that fails, each one that
 * is suppressed or known is skipped, and each case without a failing finding is a test that passes. Other findings are in the output of the suite.
 * Sources: https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd,
 * https://docs.gitlab.com/ci/testing/unit_test_reports/
 */
export function junitReport(input: JunitInput, threshold: Settings['failOn']): string {
  const { findings, suppressed, known, cases, matrix } = input;
  const shown = [...findings, ...known, ...suppressed.map(({ finding }) => finding)];
  const subjects = [...new Set([...cases, ...shown].map(({ subject }) => subject))];
  const suites = subjects.map((subject) => {
    const of = ({ finding }: { finding: Finding }): boolean => finding.subject === subject;
    const ofSubject = findings.filter((finding) => finding.subject === subject);
    const failing = ofSubject.filter(({ level }) => isFailing(level, threshold));
    const failed = new Set(failing.flatMap((finding) => finding.cases.map(caseKey)));
    const tests = [
      ...failing.map((finding) => failedTest(finding, cases)),
      ...known
        .filter((finding) => finding.subject === subject)
        .map((finding) => skippedTest(finding, 'known from the baseline')),
      ...suppressed.filter(of).map(({ finding, suppression }) => skippedTest(finding, suppression.reason)),
      ...cases
        .filter((id) => id.subject === subject && !failed.has(caseKey(id)))
        .map((id): TestCase => ({ name: caseName(id), finding: undefined })),
    ];
    const seconds = matrix.reduce((sum, row) => sum + (row.subject === subject ? row.seconds : 0), 0);
    const others = ofSubject.filter(({ level }) => !isFailing(level, threshold));
    return suiteXml({ name: subject, tests, seconds, output: others.map((finding) => findingLine(finding, cases)) });
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="helm-lint-scan">\n${suites.join('')}</testsuites>\n`;
}

const caseName = ({ values, kubeVersion }: CaseId): string =>
  [values === '' ? '' : `values ${values}`, kubeVersion === '' ? '' : `Kubernetes ${kubeVersion}`]
    .filter((text) => text !== '')
    .join(', ');

/** Names of tests do not repeat the line, so that a test keeps its name when lines move. */
const findingName = ({ rule, message }: Finding): string => `${rule.id}: ${message}`;

const findingLine = (finding: Finding, cases: readonly CaseId[]): string =>
  `${finding.level} ${finding.location.file}:${finding.location.line} [${finding.rule.id}] ${findingText(finding, cases)}`;

const failedTest = (finding: Finding, cases: readonly CaseId[]): TestCase => ({
  name: findingName(finding),
  finding,
  failure: `${findingLine(finding, cases)}\n${finding.rule.help}`,
});

const skippedTest = (finding: Finding, skipped: string): TestCase => ({ name: findingName(finding), finding, skipped });

interface Suite {
  name: string;
  tests: readonly TestCase[];
  seconds: number;
  output: readonly string[];
}

function suiteXml({ name, tests, seconds, output }: Suite): string {
  const count = (key: 'failure' | 'skipped'): number => tests.filter((test) => test[key] !== undefined).length;
  const attributes = xmlAttributes({
    name,
    tests: String(tests.length),
    failures: String(count('failure')),
    errors: '0',
    skipped: String(count('skipped')),
    time: seconds.toFixed(3),
  });
  const text = output.length === 0 ? '' : `    <system-out>${escapeXml(output.join('\n'))}</system-out>\n`;
  return `  <testsuite${attributes}>\n${tests.map((test) => testXml(name, test)).join('')}${text}  </testsuite>\n`;
}

function testXml(suite: string, { name, finding, failure, skipped }: TestCase): string {
  const place = finding === undefined ? {} : { file: finding.location.file, line: String(finding.location.line) };
  const attributes = xmlAttributes({ classname: suite, name, ...place, time: '0' });
  if (failure !== undefined) {
    const kind = xmlAttributes({ type: finding?.rule.id ?? '', message: finding?.message ?? '' });
    return `    <testcase${attributes}>\n      <failure${kind}>${escapeXml(failure)}</failure>\n    </testcase>\n`;
  }
  if (skipped !== undefined)
    return `    <testcase${attributes}>\n      <skipped${xmlAttributes({ message: skipped })}/>\n    </testcase>\n`;
  return `    <testcase${attributes}/>\n`;
}

const xmlAttributes = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(
      ([key, value]) =>
        ` ${key}="${escapeXml(value).replaceAll(/[\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)}"`,
    )
    .join('');

/** Characters that XML does not allow, not even escaped. Source: https://www.w3.org/TR/xml/#charsets */
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** A text of XML. Halves of characters and what XML does not allow become the replacement character. */
export const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(FORBIDDEN, '\ufffd')
    .replaceAll(/[&<>"\r]/g, (character) => ENTITIES[character] ?? '');
