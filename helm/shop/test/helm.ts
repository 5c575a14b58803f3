import { type ExecFileException, execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const CHART = join(import.meta.dirname, '..');
// Independent of the Kubernetes version that the helm on the path was built for: without it Helm may assume 1.20.
const KUBE_VERSION = '1.34.0';

/** A rendered object. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is Kubernetes', checked by schema elsewhere; here only single fields matter
export type Manifest = any;

export interface RenderOptions {
  /** Lines for `--set`. */
  set?: readonly string[];
  /** Files in the chart's directory. */
  values?: readonly string[];
  kubeVersion?: string;
  release?: string;
}

/** Helm failed; the message is its standard error. */
export class HelmError extends Error {}

/** @throws {HelmError} with helm's message; a plain error if helm is not on the path */
export async function helm(...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('helm', args, { maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as ExecFileException;
    if (code === 'ENOENT') throw new Error('these tests need helm on the path (https://helm.sh/docs/intro/install)');
    throw new HelmError(stderr, { cause: error });
  }
}

/** Renders the chart and returns its objects by `kind/name`, for a release called `shop` in the namespace `store`. */
export async function render(options: RenderOptions = {}): Promise<Map<string, Manifest>> {
  const { set = [], values = [], kubeVersion = KUBE_VERSION, release = 'shop' } = options;
  const text = await helm(
    ...['template', release, CHART, '--namespace', 'store', '--kube-version', kubeVersion],
    ...values.flatMap((file) => ['--values', join(CHART, file)]),
    ...set.flatMap((line) => ['--set', line]),
  );
  const objects = parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest)
    .filter((object) => object !== null);
  return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}

/** The only container of a rendered Deployment, for example `shop-web`. */
export function container(objects: Map<string, Manifest>, deployment: string): Manifest {
  return objects.get(`Deployment/${deployment}`).spec.template.spec.containers[0];
}

/** The environment variables of a rendered Deployment's container, by name. */
export function environment(objects: Map<string, Manifest>, deployment: string): Record<string, Manifest> {
  const entries = container(objects, deployment).env.map((entry: Manifest) => [entry.name, entry.value ?? entry]);
  return Object.fromEntries(entries);
}
