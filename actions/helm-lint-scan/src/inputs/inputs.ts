import { isAbsolute, resolve } from 'node:path';
import type { InputProblem } from '../../../lib/errors.ts';
import { parseRepositoryGlob } from '../../../lib/files/globs.ts';
import {
  type AllowedPaths,
  allowedPaths,
  parseRepositoryPath,
  relativeInside,
  resolvePath,
} from '../../../lib/files/workspace.ts';
import { readImages } from '../../../lib/images/images-input.ts';
import type { ImageReference } from '../../../lib/images/images-output.ts';
import { type Environment, InputReader, type Parsed } from '../../../lib/runner/inputs.ts';
import { parseValuesLine, VALUES_EXAMPLE, type ValuesDeclaration } from '../cases/case-paths.ts';
import { KUBE_VERSION_EXAMPLE, type KubeVersion, parseKubeVersion } from '../cases/kube-version.ts';
import type { ChartQuery } from '../charts/chart-directories.ts';
import { LEVELS, type Level } from '../rules/rule.ts';
import { type ExistingSettings, readExisting } from './existing.ts';

export const SCANNERS = ['kubeconform', 'kube-score', 'kube-linter', 'polaris', 'checkov'] as const;
export type ScannerName = (typeof SCANNERS)[number];

/** The level that the user gives a rule. */
export type LevelChoice = Level | 'off';

export interface Settings extends ExistingSettings {
  workspace: string;
  charts: ChartQuery;
  values: ValuesDeclaration[];
  /** Globs of plain manifests. */
  manifests: string[];
  /** `undefined` when the charts are rendered with the images that they name themselves. */
  images: ImageReference[] | undefined;
  /** Empty: the newest three that each chart allows. */
  kubeVersions: KubeVersion[];
  /** Globs of CustomResourceDefinitions. */
  crds: string[];
  /** Whether to use the definitions of well-known projects that are bundled. */
  bundledCrds: boolean;
  failOn: Level | 'never';
  /** By rule id. */
  levels: ReadonlyMap<string, LevelChoice>;
  ignoreFile: { path: string; required: boolean };
  /** Files with rules of the repository; the default need not exist. */
  rulesFiles: { patterns: string[]; required: boolean };
  scanners: ScannerName[];
  /** Absolute, as the two below. */
  sarifFile: string | undefined;
  reportFile: string | undefined;
  renderDir: string | undefined;
  /** Where these three may be. */
  area: AllowedPaths;
  maxAnnotations: number;
  helm: string;
  /** `undefined`: the chart's name, as with `releaseName`. */
  namespace: string | undefined;
  releaseName: string | undefined;
  summary: boolean;
}

const CHARTS = 'helm/*';
/** In place of globs, when only manifests are checked. */
const NO_CHARTS = 'none';
const IGNORE_FILE = '.helm-lint-scan.yaml';
const RULES_FILE = '.helm-lint-scan.rules.yaml';

/**
 * The step's inputs as one object.
 * @throws {InputError} with every problem
 */
export async function readSettings(env: Environment): Promise<Settings> {
  const reader = new InputReader(env);
  const area = allowedPaths(env);
  const { workspace } = area;
  const output = (name: string, example: string) => reader.parsed(name, (text) => parseOutputPath(text, area), example);
  const manifests = reader.parsedLines('manifests', parseRepositoryGlob, 'argocd/**/*.yaml');
  const patterns = readCharts(reader, manifests);
  const settings: Settings = {
    workspace,
    // The default may match no chart when only manifests are checked.
    charts: { patterns, required: manifests.length === 0 || reader.text('charts', CHARTS) !== CHARTS },
    values: reader.parsedLines('values', parseValuesLine, VALUES_EXAMPLE),
    manifests,
    images: await readImages(reader, 'set-images'),
    kubeVersions: unique(reader.parsedLines('kube-versions', parseKubeVersion, KUBE_VERSION_EXAMPLE)),
    crds: reader.parsedLines('crds', parseRepositoryGlob, 'crds/*.yaml'),
    bundledCrds: reader.boolean('bundled-crds', true),
    failOn: reader.choice('fail-on', [...LEVELS, 'never'], 'error'),
    levels: new Map(await readLevels(reader)),
    ignoreFile: {
      path: reader.parsed('ignore-file', parseRepositoryPath, IGNORE_FILE) ?? IGNORE_FILE,
      required: reader.text('ignore-file', IGNORE_FILE) !== IGNORE_FILE,
    },
    rulesFiles: {
      patterns: reader.parsedLines('rules-files', parseRepositoryGlob, { fallback: RULES_FILE }),
      required: reader.text('rules-files', RULES_FILE) !== RULES_FILE,
    },
    scanners: [...new Set(reader.parsedLines('scanners', parseScanner, 'kube-score'))],
    sarifFile: output('sarif-file', 'helm-lint-scan.sarif'),
    reportFile: output('report-file', 'helm-lint-scan.json'),
    renderDir: output('render-dir', 'rendered'),
    area,
    maxAnnotations: reader.integer('max-annotations', { min: 0, max: 1000 }, 30),
    helm: await readProgram(reader, workspace),
    namespace: reader.parsed('namespace', (text) => parseDnsName(text, 63), 'shop'),
    releaseName: reader.parsed('release-name', (text) => parseDnsName(text, 53), 'shop'),
    summary: reader.boolean('summary', true),
    ...readExisting(reader, (text) => parseOutputPath(text, area)),
  };
  for (const problem of findSamePaths(settings)) reader.addProblem(problem);
  reader.assertValid();
  return settings;
}

/** The globs of charts; empty for `none`. */
function readCharts(reader: InputReader, manifests: readonly string[]): string[] {
  const patterns = reader.parsedLines('charts', parseRepositoryGlob, { fallback: CHARTS });
  if (!patterns.includes(NO_CHARTS)) return patterns;
  const problem = (text: string) =>
    reader.addProblem({ input: 'charts', value: patterns.join(', '), problem: text, example: CHARTS });
  if (patterns.length > 1) problem('has none beside other lines; a directory of that name is ./none');
  else if (manifests.length === 0) problem('is none, and the input manifests is empty, so there is nothing to check');
  return [];
}

/** A name is looked up on the PATH, a relative path in the workspace. An absolute path, which only the workflow can give, may lead anywhere. */
async function readProgram(reader: InputReader, workspace: string): Promise<string> {
  const text = reader.text('helm', 'helm');
  if (!/[/\\]/.test(text) || isAbsolute(text)) return text;
  const place = await resolvePath({ workspace }, text);
  if ('problem' in place)
    reader.addProblem({ input: 'helm', value: text, problem: place.problem, example: '/opt/helm/helm' });
  return resolve(workspace, text);
}

/** Two outputs with one path would overwrite each other, or the baseline. */
function findSamePaths({ sarifFile, reportFile, renderDir, junitFile, baseline }: Settings): InputProblem[] {
  const paths = [
    ['baseline', baseline?.from === 'report' ? baseline.path : undefined, '.helm-lint-scan-baseline.json'],
    ['sarif-file', sarifFile, 'helm-lint-scan.sarif'],
    ['report-file', reportFile, 'helm-lint-scan.json'],
    ['render-dir', renderDir, 'rendered'],
    ['junit-file', junitFile, 'helm-lint-scan.xml'],
  ] as const;
  return paths.flatMap(([input, path, example], index) => {
    const before = paths.slice(0, index).find(([, earlier]) => path !== undefined && earlier === path);
    return before === undefined ? [] : [{ input, problem: `is the same path as ${before[0]}`, example }];
  });
}

/** Each version once. */
const unique = (versions: readonly KubeVersion[]): KubeVersion[] => [
  ...new Map(versions.map((version) => [version.full, version])).values(),
];

function parseScanner(text: string): Parsed<ScannerName> {
  const name = SCANNERS.find((scanner) => scanner === text);
  return name === undefined ? { problem: `is not one of ${SCANNERS.join(', ')}` } : { value: name };
}

async function readLevels(reader: InputReader): Promise<[string, LevelChoice][]> {
  if (reader.text('rules') === '') return [];
  const { isRuleId, suggestRule } = await import('../rules/index.ts');
  const parse = (text: string): Parsed<[string, LevelChoice]> => {
    const [, id, choice] = /^([^=\s]+)\s*=\s*(\S+)$/.exec(text) ?? [];
    if (id === undefined || choice === undefined) return { problem: 'is not rule-id=off|error|warning|note' };
    const level = ([...LEVELS, 'off'] as const).find((known) => known === choice);
    if (level === undefined)
      return { problem: `has the level ${JSON.stringify(choice)}, which is not off, error, warning or note` };
    if (isRuleId(id)) return { value: [id, level] };
    const guess = suggestRule(id);
    return { problem: `is an unknown rule${guess === undefined ? '' : `; did you mean ${guess}?`}` };
  };
  return reader.parsedLines('rules', parse, 'image-digest=off');
}

/** A DNS label, as Kubernetes requires it: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function parseDnsName(text: string, length: number): Parsed<string> {
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) && text.length <= length
    ? { value: text }
    : { problem: `is not a name (lower-case letters, digits and "-", at most ${length} characters)` };
}

/** Relative paths are in the workspace. An absolute path can also be in the runner's temporary directory. */
function parseOutputPath(text: string, { workspace, temporary }: Required<AllowedPaths>): Parsed<string> {
  const path = resolve(workspace, text);
  const roots = isAbsolute(text) ? [workspace, temporary] : [workspace];
  if (roots.some((root) => relativeInside(resolve(root), path))) return { value: path };
  return { problem: `is outside the workspace${roots.length > 1 ? " and the runner's temporary directory" : ''}` };
}
