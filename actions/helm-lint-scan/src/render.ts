import { relative } from 'node:path/posix';
import { mapConcurrently } from '../../lib/concurrency.ts';
import { type KubeVersion, minorNumber } from './cases/kube-version.ts';
import type { ImageOverlay } from './cases/set-images.ts';
import type { ValuesCase } from './cases/values-case.ts';
import type { Chart } from './charts/chart.ts';
import { type TemplateSource, templateSource } from './charts/subcharts.ts';
import type { CaseId } from './findings/findings.ts';
import { renderFaults } from './helm/faults.ts';
import type { Helm, RenderRequest } from './helm/helm.ts';
import { type HelmMessage, lintMessages, renderMessages } from './helm/messages.ts';
import type { Files } from './inputs/files.ts';
import type { BrokenDocument, Reader, ReadResult } from './manifests/read.ts';

/** A chart with one stack of values, for every version of Kubernetes. */
export interface Stack {
  chart: Chart;
  values: ValuesCase;
  kubeVersions: KubeVersion[];
  /** What was built, for the images that these values have. */
  images: ImageOverlay;
}

/** What came of one case. */
export interface RenderedCase extends ReadResult {
  id: CaseId;
  stack: Stack;
  kube: KubeVersion;
  namespace: string;
  /** What Helm printed; empty when it failed. */
  text: string;
  /** Why Helm failed. */
  failures: HelmMessage[];
  /** The documents that Helm could not read after it had rendered them. */
  unreadable: BrokenDocument[];
  seconds: number;
}

/** What `helm lint` says of a stack. */
export interface LintedStack {
  stack: Stack;
  messages: HelmMessage[];
}

export interface RenderSettings {
  namespace: string | undefined;
  releaseName: string | undefined;
  /** Of the custom resources that the cluster is said to have. */
  apiVersions: readonly string[];
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

/** Lint every stack and render it for every version, side by side; a failure of one is a result, and stops no other. */
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
  const jobs = stacks.flatMap((stack, index): (() => Promise<{ linted?: LintedStack; rendered?: RenderedCase }>)[] => {
    const request = requestFor(stack, overlays[index] ?? [], tools, settings);
    const newest = stack.kubeVersions.reduce((one, other) => (minorNumber(other) > minorNumber(one) ? other : one));
    const lint = async () => ({ linted: await lintStack(stack, request(newest), tools.helm) });
    // A library has nothing to install.
    const kubeVersions = stack.chart.type === 'library' ? [] : stack.kubeVersions;
    return [
      lint,
      ...kubeVersions.map((kube) => async () => ({ rendered: await renderCase(stack, kube, request(kube), tools) })),
    ];
  });
  const results = await mapConcurrently(jobs, settings.concurrency, (job) => job());
  return {
    cases: results.flatMap(({ rendered }) => rendered ?? []),
    linted: results.flatMap(({ linted }) => linted ?? []),
  };
}

function requestFor(
  { chart, values }: Stack,
  overlay: readonly string[],
  { files }: RenderTools,
  settings: RenderSettings,
): (kube: KubeVersion) => RenderRequest {
  const name =
    chart.name
      .slice(0, 1000)
      .toLowerCase()
      .replaceAll(/[^a-z0-9-]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 53) || 'release';
  return ({ full }) => ({
    directory: files.absolute(chart.path),
    valuesFiles: [...values.files.map(({ path }) => files.absolute(path)), ...overlay],
    kubeVersion: full,
    releaseName: settings.releaseName ?? name,
    namespace: settings.namespace ?? name,
    apiVersions: settings.apiVersions,
    skipSchemas: chart.foreignReferences.length > 0,
  });
}

async function lintStack(stack: Stack, request: RenderRequest, helm: Helm): Promise<LintedStack> {
  if (stack.chart.unread.length > 0) return { stack, messages: [] };
  const { exitCode, stdout, stderr } = await helm.lint(request);
  const messages = lintMessages(stdout);
  const silent = exitCode !== 0 && !messages.some(({ level }) => level === 'error');
  return { stack, messages: silent ? [...messages, ...renderMessages(stderr || stdout)] : messages };
}

async function renderCase(
  stack: Stack,
  kube: KubeVersion,
  request: RenderRequest,
  { helm, reader }: RenderTools,
): Promise<RenderedCase> {
  const { chart, values } = stack;
  const started = performance.now();
  if (chart.unread.length > 0) return unrendered(stack, kube, request);
  const answer = await helm.render(request);
  const failed = answer.exitCode !== 0;
  const find = (template: string): TemplateSource => templateSource(chart, template);
  const read: ReadResult = failed ? { resources: [], broken: [], strays: [] } : reader.rendered(answer.stdout, find);
  const faults = await renderFaults(answer, request, {
    helm,
    fileOf: (template) => relative(chart.path, find(template).file),
    broken: (text) => reader.rendered(text, find).broken,
  });
  return {
    ...read,
    id: { subject: chart.path, values: values.name, kubeVersion: kube.text },
    stack,
    kube,
    namespace: request.namespace,
    text: failed ? '' : answer.stdout,
    failures: faults.messages,
    unreadable: faults.unreadable,
    seconds: (performance.now() - started) / 1000,
  };
}

/** A chart that Helm is not given: what it would take for that is more than a runner should spend, or not known. */
function unrendered(stack: Stack, kube: KubeVersion, { namespace }: RenderRequest): RenderedCase {
  const { chart, values } = stack;
  return {
    id: { subject: chart.path, values: values.name, kubeVersion: kube.text },
    stack,
    kube,
    namespace,
    text: '',
    failures: chart.unread.map(({ why }) => ({ level: 'error', message: why, at: { in: 'chart' } })),
    resources: [],
    broken: [],
    strays: [],
    unreadable: [],
    seconds: 0,
  };
}
