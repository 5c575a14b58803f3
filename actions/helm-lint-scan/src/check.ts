import { availableParallelism } from 'node:os';
import type { ActionError } from '../../lib/errors.ts';
import type { Exec } from '../../lib/processes/exec.ts';
import { info } from '../../lib/runner/commands.ts';
import type { Environment } from '../../lib/runner/inputs.ts';
import { defaultVersions } from './cases/default-versions.ts';
import { type KubeVersion, minorNumber } from './cases/kube-version.ts';
import type { SetImage } from './cases/set-images.ts';
import { isVersionIndependent } from './charts/version-independence.ts';
import { checkCrdDirectory, checkResources, type ResourceSet } from './check-resources.ts';
import { pluralize } from './data.ts';
import { applyInlineIgnores } from './findings/apply-ignores.ts';
import { findAskedVersions } from './findings/asked-versions.ts';
import { type Baseline, compareWithBaseline, countFixed } from './findings/baseline.ts';
import { reportChart, reportCrds, reportDuplicateKeys } from './findings/chart-findings.ts';
import { type CaseId, type Finding, Findings, MANIFESTS } from './findings/findings.ts';
import { reportFailures, reportLint } from './findings/helm-findings.ts';
import { joinByLine } from './findings/join.ts';
import { reportOwnRules } from './findings/own-rule-findings.ts';
import { reportScanners } from './findings/scanner-findings.ts';
import { reportStrayValues, reportUnknownHooks } from './findings/silent-losses.ts';
import { applySuppressions, type SuppressedFinding } from './findings/suppressions.ts';
import { reportUnusedValues } from './findings/unused-values.ts';
import { reportUnraisedVersions } from './findings/version-findings.ts';
import type { Helm } from './helm/helm.ts';
import type { Files } from './inputs/files.ts';
import type { Settings } from './inputs/inputs.ts';
import { getLocator, type ScanInput } from './inputs/scan-input.ts';
import { locateInManifest } from './locate/locate.ts';
import { OwnRulesBudget } from './own-rules/evaluate.ts';
import { type RenderedCase, type RenderResult, renderAll } from './render.ts';
import type { MatrixRow } from './report/matrix.ts';
import { loadAjv } from './validation/ajv.ts';
import { NO_BUNDLED, readBundledDefinitions } from './validation/bundled.ts';
import { readDefinitions } from './validation/definitions.ts';
import { readServedApis, type ServedApis } from './validation/served-apis.ts';
import { createValidators } from './validation/validator.ts';

/** The result of a run. */
export interface CheckResult {
  /** Worst first, without those that are suppressed. */
  findings: Finding[];
  suppressed: SuppressedFinding[];
  /** Findings that the baseline has too, worst first. They are in none of the counts. */
  known: Finding[];
  /** How many findings of the baseline are gone; `undefined` without a baseline. */
  fixed: number | undefined;
  /** Whether only what had changed was checked. */
  partial: boolean;
  cases: CaseId[];
  matrix: MatrixRow[];
  rendered: RenderedCase[];
  set: SetImage[];
  /** Helm's version; empty when there was no chart. */
  helm: string;
  /** Why scanners failed. */
  errors: readonly ActionError[];
}

export interface CheckContext {
  files: Files;
  /** `RUNNER_TEMP` is a directory that is deleted after the step. */
  env: Environment;
  exec: Exec;
  helm: Helm;
  now: Date;
  /** What is known already. */
  baseline?: Baseline | undefined;
}

export async function check(settings: Settings, input: ScanInput, context: CheckContext): Promise<CheckResult> {
  const { files, env, now, exec, baseline } = context;
  const { schemas, stacks, suppressions } = input;
  const findings = new Findings(settings.levels);
  const helm = input.charts.length === 0 ? undefined : context.helm;
  const [version, served] = await Promise.all([helm?.version() ?? '', readServedApis(schemas, allVersions(input))]);
  // While Helm runs, what its output is checked with is loaded.
  const [rendered] = await Promise.all([
    helm === undefined ? { cases: [], linted: [] } : render(input, settings, { files, helm, version, served }),
    loadAjv(),
  ]);
  const sets = [
    ...rendered.cases.flatMap((renderedCase) => chartResources(renderedCase, input)),
    ...(await manifestResources(settings, input)),
  ];
  const matrix = await checkSets(sets, { input, rendered, findings });
  reportCharts(input, rendered, findings);
  reportCrds(input, findings);
  reportUnraisedVersions(input, findings);
  const errors = await reportScanners(sets, { names: settings.scanners, exec, schemas, files, env }, findings);
  const reported = findings.list();
  const suppressedByFile = await applySuppressions(findings, suppressions, {
    file: settings.ignoreFile.path,
    now,
    partial: input.partial,
  });
  const cases = [
    ...rendered.cases.map(({ id }) => id),
    ...sets.flatMap(({ id }) => (id.subject === MANIFESTS ? id : [])),
  ];
  const suppressedInline = applyInlineIgnores(findings, input, { reported, cases: rendered.cases, settings, now });
  const present = [...reported, ...findings.list()];
  const fixed = baseline === undefined ? undefined : countFixed(baseline, present, input);
  const compared = compareWithBaseline(findings.list(), baseline);
  return {
    findings: joinByLine(compared.new),
    known: joinByLine(compared.known),
    fixed,
    partial: input.partial,
    suppressed: [...suppressedByFile, ...suppressedInline],
    cases,
    matrix,
    rendered: rendered.cases,
    set: stacks.flatMap(({ images }) => images.set),
    helm: version,
    errors,
  };
}

const allVersions = ({ stacks }: ScanInput): KubeVersion[] => stacks.flatMap(({ kubeVersions }) => kubeVersions);

async function render(
  { charts, stacks, apiVersions, reader, templates }: ScanInput,
  settings: Settings,
  { files, helm, version, served }: { files: Files; helm: Helm; version: string; served: ServedApis },
): Promise<RenderResult> {
  info(`Helm ${version}: ${pluralize(stacks.length, 'stack')} of values in ${pluralize(charts.length, 'chart')}`);
  const concurrency = Math.max(2, Math.min(8, availableParallelism()));
  const allowsVersions = settings.kubeVersions.length === 0;
  const result = await renderAll(
    stacks,
    { files, helm, reader },
    {
      ...settings,
      apiVersions: (chart, { minor }) => [...(served.get(minor) ?? []), ...(apiVersions.get(chart) ?? [])],
      isVersionIndependent: ({ chart, values }) =>
        isVersionIndependent(chart, { values, templates: templates.get(chart) ?? new Map(), allowsVersions }),
      concurrency,
    },
  );
  for (const { id, resources, failures, seconds } of result.cases) {
    const outcome = failures.length > 0 ? 'not rendered' : pluralize(resources.length, 'resource');
    info(`${id.subject}, ${id.values}, Kubernetes ${id.kubeVersion}: ${outcome}, ${seconds.toFixed(2)} s`);
  }
  return result;
}

/** The resources of a case, or nothing when it was not rendered. */
function chartResources(rendered: RenderedCase, input: ScanInput): ResourceSet[] {
  const { stack, failures } = rendered;
  const locator = getLocator(input, stack.chart);
  const set: ResourceSet = {
    ...rendered,
    origin: 'chart',
    built: stack.images.set.map(({ image }) => image),
    asked: findAskedVersions(input.templates.get(stack.chart) ?? new Map()),
    locate: (problem) => locator.problem(problem, stack.values),
    locateText: (file, _line, excerpt) => locator.excerpt(file, excerpt),
  };
  return failures.length > 0 ? [] : [set];
}

/** The scopes of the plain manifests, each once for each version of Kubernetes. */
async function manifestResources(
  { kubeVersions, namespace }: Settings,
  { manifests, schemas }: ScanInput,
): Promise<ResourceSet[]> {
  const scopes = manifests.filter(
    ({ resources, broken, nonObjects }) => resources.length + broken.length + nonObjects.length > 0,
  );
  if (scopes.length === 0) return [];
  const versions = kubeVersions.length > 0 ? kubeVersions : defaultVersions(await schemas.minors(), undefined);
  return scopes.flatMap(({ name, ...read }) =>
    versions.map(
      (kube): ResourceSet => ({
        ...read,
        id: { subject: MANIFESTS, values: name, kubeVersion: kube.text },
        kube,
        namespace: namespace ?? 'default',
        origin: 'manifests',
        built: [],
        ...MANIFEST_LINES,
      }),
    ),
  );
}

/** Check every set of resources. The rows are the charts with their stacks of values, and the manifests. */
async function checkSets(
  sets: readonly ResourceSet[],
  { input, rendered, findings }: { input: ScanInput; rendered: RenderResult; findings: Findings },
): Promise<MatrixRow[]> {
  const { schemas } = input;
  const rows = new Map<string, MatrixRow>();
  const rowOf = ({ subject, values }: CaseId): MatrixRow => {
    const key = `${subject}\n${values}`;
    const row = rows.get(key) ?? {
      subject,
      values,
      kubeVersions: [],
      resources: 0,
      notValidated: 0,
      failed: false,
      seconds: 0,
    };
    rows.set(key, row);
    return row;
  };
  for (const { id, failures, seconds } of rendered.cases) {
    const row = rowOf(id);
    row.kubeVersions.push(id.kubeVersion);
    row.seconds += seconds;
    row.failed ||= failures.length > 0;
  }
  const definitions = await Promise.all(rendered.cases.map(({ resources }) => readDefinitions(resources)));
  const own = [...input.custom, ...definitions.flatMap(({ custom }) => custom)];
  const { custom, projects } = input.bundledCrds
    ? await readBundledDefinitions(
        sets.flatMap(({ resources }) => resources),
        own,
      )
    : NO_BUNDLED;
  const validators = createValidators(schemas, [...own, ...custom]);
  const bundled = await schemas.minors();
  const budget = new OwnRulesBudget();
  for (const set of sets) {
    const started = performance.now();
    const row = rowOf(set.id);
    if (set.origin === 'manifests') row.kubeVersions.push(set.id.kubeVersion);
    row.notValidated += await checkResources(set, { validators, bundled, projects }, findings);
    const chart = input.charts.find(({ path }) => path === set.id.subject);
    reportOwnRules(set, { rules: input.ownRules, chart, budget }, findings);
    row.resources += set.resources.length;
    row.seconds += (performance.now() - started) / 1000;
  }
  for (const set of crdDirectories(input)) await checkCrdDirectory(set, { validators, projects }, findings);
  return [...rows.values()];
}

/** The `crds` directory of each chart, for the newest version of Kubernetes that the chart is checked for. */
function crdDirectories({ packagedCrds, stacks }: ScanInput): ResourceSet[] {
  return [...packagedCrds].flatMap(([chart, read]): ResourceSet[] => {
    const versions = stacks.flatMap((stack) => (stack.chart === chart ? stack.kubeVersions : []));
    const [kube] = versions.sort((a, b) => minorNumber(b) - minorNumber(a));
    if (kube === undefined) return [];
    const id = { subject: chart.path, values: '', kubeVersion: '' };
    return [{ ...read, ...MANIFEST_LINES, id, kube, namespace: '', origin: 'chart', built: [] }];
  });
}

/** The lines of what is not rendered. */
const MANIFEST_LINES: Pick<ResourceSet, 'locate' | 'locateText'> = {
  locate: locateInManifest,
  locateText: (file, line) => ({ file, line, exact: true }),
};

function reportCharts(input: ScanInput, { cases, linted }: RenderResult, findings: Findings): void {
  for (const chart of input.charts) {
    reportChart(chart, findings);
    reportUnknownHooks(chart, input.templates.get(chart) ?? new Map(), findings);
  }
  for (const { stack } of cases) reportDuplicateKeys(stack.chart, stack.values, findings);
  for (const stack of input.stacks) reportStrayValues(stack, input.templates.get(stack.chart) ?? new Map(), findings);
  reportUnusedValues(input.stacks, input.templates, findings);
  for (const rendered of cases) reportFailures(rendered, getLocator(input, rendered.stack.chart), findings);
  for (const lint of linted) {
    // The linter repeats why a case of the same stack was not rendered.
    const ofStack = cases.filter(({ stack }) => stack === lint.stack);
    const failed = ofStack.some(({ failures }) => failures.length > 0);
    const resources = ofStack[0]?.resources ?? [];
    reportLint({ ...lint, failed, resources }, getLocator(input, lint.stack.chart), findings);
  }
}
