import { relative } from 'node:path/posix';
import { mapConcurrently } from '../../lib/concurrency.ts';
import { type KubeVersion, minorNumber } from './cases/kube-version.ts';
import type { ImageOverlay } from './cases/set-images.ts';
import type { ValuesCase } from './cases/values-case.ts';
import type { Chart } from './charts/chart.ts';
import { type TemplateSource, templateSource } from './charts/subcharts.ts';
import type { CaseId } from './findings/findings.ts';
import type { Helm, RenderRequest } from './helm/helm.ts';
import { type HelmMessage, parseLintOutput, parseRenderErrors } from './helm/messages.ts';
import { collectRenderProblems } from './helm/render-problems.ts';
import type { Files } from './inputs/files.ts';
import type { BrokenDocument, Reader, ReadResult } from './manifests/read.ts';

/** A chart with one stack of values, for every version of Kubernetes. */
export interface Stack {
  chart: Chart;
  values: ValuesCase;
  kubeVersions: KubeVersion[];
  /** The values for the images that were built. */
  images: ImageOverlay;
}

/** A case that was rendered, or why it was not. */
export interface RenderedCase extends ReadResult {
  id: CaseId;
  stack: Stack;
  kube: KubeVersion;
  namespace: string;
  /** Helm's output; empty when it failed. */
  text: string;
  /** Why Helm failed. */
  failures: HelmMessage[];
  /** The rendered documents that Helm could not parse. */
  unreadable: BrokenDocument[];
  seconds: number;
}

/** The result of `helm lint` for a stack. */
export interface LintedStack {
  stack: Stack;
  messages: HelmMessage[];
}

export interface RenderSettings {
  namespace: string | undefined;
  releaseName: string | undefined;
  /** What the cluster of this version serves, custom resources included. */
  apiVersions(chart: Chart, kube: KubeVersion): readonly string[];
  /** Whether all versions of Kubernetes render a stack alike, so that one run of Helm is enough. */
  isVersionIndependent(stack: Stack): boolean;
  /** The number of Helm processes at a time. */
  concurrency: number;
}

export interface RenderTools {
  files: Files;
  helm: Helm;
  reader: Reader;
}

export interface RenderResult {
  cases: RenderedCase[];
  linted: LintedStack[];
}

/** Lint every stack and render it for every version, concurrently. A failure of one is a result and does not stop the others. */
export async function renderAll(
  stacks: readonly Stack[],
  tools: RenderTools,
  settings: RenderSettings,
): Promise<RenderResult> {
  const overlays = await Promise.all(
    stacks.map(async ({ images: { values } }, index) =>
      values === undefined ? [] : [await tools.helm.writeValues(`images-${index}`, JSON.stringify(values))],
    ),
  );
  const jobs = stacks.flatMap(
    (stack, index): (() => Promise<{ linted?: LintedStack; rendered?: RenderedCase[] }>)[] => {
      const request = requestFor(stack, overlays[index] ?? [], { ...settings, files: tools.files });
      const newest = stack.kubeVersions.reduce((a, b) => (minorNumber(b) > minorNumber(a) ? b : a));
      const lint = async () => ({ linted: await lintStack(stack, request(newest), tools.helm) });
      // A library chart cannot be installed.
      const kubeVersions = stack.chart.type === 'library' ? [] : stack.kubeVersions;
      const job = (kube: KubeVersion): RenderJob => ({ stack, kube, request: request(kube) });
      if (kubeVersions.length > 0 && settings.isVersionIndependent(stack))
        return [lint, async () => ({ rendered: repeatCase(await renderCase(job(newest), tools), kubeVersions) })];
      return [lint, ...kubeVersions.map((kube) => async () => ({ rendered: [await renderCase(job(kube), tools)] }))];
    },
  );
  const results = await mapConcurrently(jobs, settings.concurrency, (job) => job());
  return {
    cases: results.flatMap(({ rendered }) => rendered ?? []),
    linted: results.flatMap(({ linted }) => linted ?? []),
  };
}

function requestFor(
  { chart, values }: Stack,
  overlay: readonly string[],
  { files, ...settings }: RenderSettings & Pick<RenderTools, 'files'>,
): (kube: KubeVersion) => RenderRequest {
  const name =
    chart.name
      .slice(0, 1000)
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 53) || 'release';
  return (kube) => ({
    directory: files.absolute(chart.path),
    valuesFiles: [...values.files.map(({ path }) => files.absolute(path)), ...overlay],
    kubeVersion: kube.full,
    releaseName: settings.releaseName ?? name,
    namespace: settings.namespace ?? name,
    apiVersions: settings.apiVersions(chart, kube),
    skipSchemas: chart.externalReferences.length > 0,
  });
}

async function lintStack(stack: Stack, request: RenderRequest, helm: Helm): Promise<LintedStack> {
  if (stack.chart.unreadDependencies.length > 0) return { stack, messages: [] };
  const { exitCode, stdout, stderr } = await helm.lint(request);
  const messages = parseLintOutput(stdout);
  const silent = exitCode !== 0 && !messages.some(({ level }) => level === 'error');
  return { stack, messages: silent ? [...messages, ...parseRenderErrors(stderr || stdout)] : messages };
}

/** A stack of values for one version of Kubernetes. */
interface RenderJob {
  stack: Stack;
  kube: KubeVersion;
  request: RenderRequest;
}

async function renderCase(job: RenderJob, { helm, reader }: RenderTools): Promise<RenderedCase> {
  const { stack, kube, request } = job;
  const { chart, values } = stack;
  const started = performance.now();
  if (chart.unreadDependencies.length > 0) return notRendered(job);
  const result = await helm.render(request);
  const failed = result.exitCode !== 0;
  const find = (template: string): TemplateSource => templateSource(chart, template);
  const read: ReadResult = failed
    ? { resources: [], broken: [], nonObjects: [] }
    : reader.rendered(result.stdout, find);
  const problems = await collectRenderProblems(result, request, {
    helm,
    templateFile: (template) => relative(chart.path, find(template).file),
    readBroken: (text) => reader.rendered(text, find).broken,
  });
  return {
    ...read,
    id: { subject: chart.path, values: values.name, kubeVersion: kube.text },
    stack,
    kube,
    namespace: request.namespace,
    text: failed ? '' : result.stdout,
    failures: problems.messages,
    unreadable: problems.unreadable,
    seconds: (performance.now() - started) / 1000,
  };
}

/** The case for each version, where all are rendered alike. The time counts once. */
const repeatCase = (rendered: RenderedCase, kubeVersions: readonly KubeVersion[]): RenderedCase[] =>
  kubeVersions.map((kube) => ({
    ...rendered,
    id: { ...rendered.id, kubeVersion: kube.text },
    kube,
    seconds: kube === rendered.kube ? rendered.seconds : 0,
  }));

/** A case on which Helm is not run, because a dependency of the chart cannot be read or exceeds a limit. */
function notRendered({ stack, kube, request: { namespace } }: RenderJob): RenderedCase {
  const { chart, values } = stack;
  return {
    id: { subject: chart.path, values: values.name, kubeVersion: kube.text },
    stack,
    kube,
    namespace,
    text: '',
    failures: chart.unreadDependencies.map(({ why }) => ({ level: 'error', message: why, at: { in: 'chart' } })),
    resources: [],
    broken: [],
    nonObjects: [],
    unreadable: [],
    seconds: 0,
  };
}
