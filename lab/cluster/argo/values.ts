import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { projectDir } from '../../paths.ts';

interface Workload {
  replicas?: number;
  resources?: object;
  readinessProbe?: object;
  clusterRoleRules?: { enabled: boolean; rules: object[] };
}

/** The values of the argo-cd chart that argocd/install/values.yaml uses. */
export interface InstallValues {
  configs: Record<'cm' | 'params' | 'rbac', Record<string, string | number | boolean>>;
  controller: Workload;
  server: Workload;
  repoServer: Workload;
  redis: Workload;
  dex: { enabled: boolean };
  notifications: { enabled: boolean };
  applicationSet: { replicas: number };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Merges values the way Helm does: mappings are merged, everything else is replaced. */
export function mergeValues(base: unknown, override: unknown): unknown {
  if (!isObject(base) || !isObject(override)) return override === undefined ? base : override;
  const names = new Set([...Object.keys(base), ...Object.keys(override)]);
  return Object.fromEntries([...names].map((name) => [name, mergeValues(base[name], override[name])]));
}

/** The directory of the Argo CD configuration. */
export const ARGOCD_DIR = join(projectDir, 'argocd');

const readYaml = async (file: string): Promise<unknown> => parse(await readFile(file, 'utf8'));

/** `single`: one pod of each part. `ha`: as many as in production, and a Redis with replicas. */
export const TOPOLOGIES = ['single', 'ha'] as const;
export type Topology = (typeof TOPOLOGIES)[number];

/** The common install values, merged with the lab's values. */
export async function readInstallValues(topology: Topology = 'single'): Promise<InstallValues> {
  const common = await readYaml(join(ARGOCD_DIR, 'install', 'values.yaml'));
  const files = topology === 'ha' ? ['install-values.yaml'] : ['install-values.yaml', 'single-values.yaml'];
  const own = await Promise.all(files.map((file) => readYaml(join(import.meta.dirname, file))));
  return own.reduce(mergeValues, common) as InstallValues;
}

/** The lab's values for the shop's chart. */
export async function readShopValues(): Promise<Record<string, unknown>> {
  return (await readYaml(join(import.meta.dirname, 'shop-values.yaml'))) as Record<string, unknown>;
}
