import { type ExecFileException, execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';

const CHART = join(import.meta.dirname, '..');
// The same whatever Kubernetes the helm on the path was built for: without it Helm may take 1.20.
const KUBE_VERSION = '1.34.0';

/** A rendered object: the tests look into it as deep as they need. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is Kubernetes', checked by schema elsewhere; here only single fields matter
export type Manifest = any;

export interface RenderOptions {
  /** Lines for `--set`. */
  set?: readonly string[];
  /** Files below the chart. */
  values?: readonly string[];
  kubeVersion?: string;
  release?: string;
}

/** What helm said when it refused, in one text. */
export class HelmError extends Error {}

/** @throws {HelmError} with what helm said; a plain error when there is no helm on the path */
export async function helm(...args: string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('helm', args, { maxBuffer: 16 * 1024 * 1024 });
    return stdout;
  } catch (error) {
    const { code, stderr } = error as ExecFileException;
    if (code === 'ENOENT') throw new Error('these tests need helm on the PATH (https://helm.sh/docs/intro/install)');
    throw new HelmError(stderr, { cause: error });
  }
}

/** Renders the chart and gives its objects by `kind/name`, for a release called `shop` in the namespace `store`. */
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

/** The only container of a rendered Deployment, `shop-web` say. */
export function container(objects: Map<string, Manifest>, deployment: string): Manifest {
  return objects.get(`Deployment/${deployment}`).spec.template.spec.containers[0];
}

/** What a rendered Deployment tells its container, by name. */
export function environment(objects: Map<string, Manifest>, deployment: string): Record<string, Manifest> {
  const entries = container(objects, deployment).env.map((entry: Manifest) => [entry.name, entry.value ?? entry]);
  return Object.fromEntries(entries);
}
