import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCancellableExec, withTempDirectory } from '../../lib/cancellation.ts';
import { info } from '../../lib/commands.ts';
import { createExec, type Exec } from '../../lib/exec.ts';
import type { Environment } from '../../lib/inputs.ts';
import { defaultVersions } from './cases/kube-ranges.ts';
import type { SetImage } from './cases/set-images.ts';
import type { Refusals } from './error-collector.ts';
import { reportChart, reportCrds, reportFailures, reportLint, reportRepeatedKeys } from './findings/chart-findings.ts';
import { type CaseId, type Finding, Findings } from './findings/findings.ts';
import { reportScanners } from './findings/scanner-findings.ts';
import { applySuppressions, type SuppressedFinding } from './findings/suppressions.ts';
import { HELM_HINT, type Helm, openHelm } from './helm/helm.ts';
import { withoutGit } from './helm/without-git.ts';
import type { Files } from './inputs/files.ts';
import type { Settings } from './inputs/inputs.ts';
import { locatorOf, type Material } from './inputs/scan-input.ts';
import { type Inspected, inspect, unbundled } from './inspect.ts';
import { placeInManifest } from './locate/locate.ts';
import type { Reader } from './manifests/read.ts';
import { type RenderedCase, type RenderResult, renderAll } from './render.ts';
import type { MatrixRow } from './report/summary.ts';
import { readDefinitions } from './validation/definitions.ts';
import type { SchemaStore } from './validation/store.ts';
import { openValidators } from './validation/validator.ts';

/** Everything that a run found out. */
export interface Checked {
  /** Worst first, without what is suppressed. */
  findings: Finding[];
  suppressed: SuppressedFinding[];
  cases: CaseId[];
  matrix: MatrixRow[];
  rendered: RenderedCase[];
  set: SetImage[];
  /** Helm's version; empty when there was no chart. */
  helm: string;
}

export interface CheckTools {
  files: Files;
  env: Environment;
  now: Date;
  /** Gets the engines that failed; what else was found is told all the same. */
  refusals: Refusals;
}

/** The subject of plain manifests among the charts' directories. */
const MANIFESTS = 'manifests';

/** All that is written down for Helm and the scanners is in one directory, which is gone with them when the step is cancelled. */
export async function check(settings: Settings, material: Material, tools: CheckTools): Promise<Checked> {
  const exec = createCancellableExec(createExec({ helm: HELM_HINT, [settings.helm]: HELM_HINT }));
  const prefix = join(tools.env.RUNNER_TEMP || tmpdir(), 'helm-lint-scan-');
  return withTempDirectory(prefix, exec.cancel, (scratch) =>
    checkAll(settings, material, { ...tools, env: { ...tools.env, RUNNER_TEMP: scratch }, exec }),
  );
}

async function checkAll(
  settings: Settings,
  material: Material,
  { files, env, now, refusals, exec }: CheckTools & { exec: Exec },
): Promise<Checked> {
  const { schemas, reader, stacks, suppressions } = material;
  const findings = new Findings(settings.levels);
  const helm = material.charts.length === 0 ? undefined : withoutGit(await openHelm(exec, settings.helm, env));
  try {
    const { result, version } = await render(helm, material, settings, { files, reader });
    const inspected = [
      ...result.cases.flatMap((each) => inspectedCase(each, material)),
      ...(await manifestCases(settings, material, schemas)),
    ];
    const rows = await inspectAll(inspected, material, result, schemas, findings);
    reportCharts(material, result, findings);
    reportCrds(material, findings);
    await reportScanners(settings, inspected, { exec, schemas, env, refusals }, findings);
    const suppressed = await applySuppressions(findings, suppressions, settings.ignoreFile.path, now);
    const cases = [
      ...result.cases.map(({ id }) => id),
      ...inspected.flatMap(({ id }) => (id.subject === MANIFESTS ? id : [])),
    ];
    return {
      findings: findings.list(),
      suppressed,
      cases,
      matrix: rows,
      rendered: result.cases,
      set: stacks.flatMap(({ images }) => images.set),
      helm: version,
    };
  } finally {
    await helm?.close();
  }
}

async function render(
  helm: Helm | undefined,
  material: Material,
  settings: Settings,
  tools: { files: Files; reader: Reader },
): Promise<{ result: RenderResult; version: string }> {
  if (helm === undefined) return { result: { cases: [], linted: [] }, version: '' };
  const version = await helm.version();
  info(`Helm ${version}: ${material.stacks.length} stacks of values in ${material.charts.length} charts`);
  const parallel = Math.max(2, Math.min(8, availableParallelism()));
  const result = await renderAll(
    material.stacks,
    { ...tools, helm },
    { ...settings, apiVersions: material.apiVersions, parallel },
  );
  for (const { id, resources, failures, seconds } of result.cases) {
    const outcome = failures.length > 0 ? 'not rendered' : `${resources.length} resources`;
    info(`${id.subject}, ${id.values}, Kubernetes ${id.kubeVersion}: ${outcome}, ${seconds.toFixed(2)} s`);
  }
  return { result, version };
}

/** A case that failed has nothing to look at. */
function inspectedCase(rendered: RenderedCase, material: Material): Inspected[] {
  const { stack, failures } = rendered;
  const locator = locatorOf(material, stack.chart);
  const inspected: Inspected = {
    ...rendered,
    origin: 'chart',
    built: stack.images.set.map(({ image }) => image),
    locate: (problem) => locator.problem(problem, stack.values),
    locateText: (file, _line, excerpt) => locator.excerpt(file, excerpt),
  };
  return failures.length > 0 ? [] : [inspected];
}

async function manifestCases(
  { kubeVersions, namespace }: Settings,
  { manifests }: Material,
  schemas: SchemaStore,
): Promise<Inspected[]> {
  if (manifests.resources.length + manifests.broken.length + manifests.strays.length === 0) return [];
  const versions = kubeVersions.length > 0 ? kubeVersions : defaultVersions(await schemas.minors(), undefined);
  return versions.map((kube) => ({
    ...manifests,
    id: { subject: MANIFESTS, values: '', kubeVersion: kube.text },
    kube,
    namespace: namespace ?? 'default',
    origin: 'manifests',
    built: [],
    locate: placeInManifest,
    locateText: (file, line) => ({ file, line, exact: true }),
  }));
}

/** Look at every case; the rows are the charts with their stacks of values. */
async function inspectAll(
  inspected: readonly Inspected[],
  material: Material,
  result: RenderResult,
  schemas: SchemaStore,
  findings: Findings,
): Promise<MatrixRow[]> {
  const rows = new Map<string, MatrixRow>();
  const row = (id: CaseId): MatrixRow => {
    const key = `${id.subject}\n${id.values}`;
    const known = rows.get(key) ?? {
      subject: id.subject,
      values: id.values,
      kubeVersions: [],
      resources: 0,
      notValidated: 0,
      failed: false,
      seconds: 0,
    };
    rows.set(key, known);
    known.kubeVersions.push(id.kubeVersion);
    return known;
  };
  const rendered = await Promise.all(result.cases.map(({ resources }) => readDefinitions(resources)));
  const validators = openValidators(schemas, [...material.custom, ...rendered.flatMap(({ custom }) => custom)]);
  for (const { id, failures, seconds } of result.cases) {
    const own = row(id);
    own.seconds += seconds;
    own.failed ||= failures.length > 0;
  }
  const minors = await schemas.minors();
  for (const each of inspected) {
    const started = performance.now();
    const own = each.origin === 'chart' ? rows.get(`${each.id.subject}\n${each.id.values}`) : row(each.id);
    const unchecked = await inspect(each, validators, findings);
    if (!minors.includes(each.kube.minor)) unbundled(each, minors, findings);
    if (own === undefined) continue;
    own.resources += each.resources.length;
    own.notValidated += unchecked;
    own.seconds += (performance.now() - started) / 1000;
  }
  return [...rows.values()];
}

function reportCharts(material: Material, { cases, linted }: RenderResult, findings: Findings): void {
  for (const chart of material.charts) reportChart(chart, findings);
  for (const { stack } of cases) reportRepeatedKeys(stack.chart, stack.values, findings);
  for (const each of cases) reportFailures(each, locatorOf(material, each.stack.chart), findings);
  for (const each of linted) {
    const failed = cases.some(({ stack, failures }) => stack === each.stack && failures.length > 0);
    reportLint(each, failed, locatorOf(material, each.stack.chart), findings);
  }
}
