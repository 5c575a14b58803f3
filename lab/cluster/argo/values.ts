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

/** The values of the argo-cd chart, as far as argocd/install/values.yaml uses them. */
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

/** Lays values over others the way Helm does: mappings are merged, everything else is replaced. */
export function mergeValues(below: unknown, above: unknown): unknown {
  if (!isObject(below) || !isObject(above)) return above === undefined ? below : above;
  const names = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...names].map((name) => [name, mergeValues(below[name], above[name])]));
}

/** The directory with what runs in a cluster's Argo CD. */
export const argocdDir = join(projectDir, 'argocd');

const readYaml = async (file: string): Promise<unknown> => parse(await readFile(file, 'utf8'));

/** The install values of every environment, with the lab's laid over them. */
export async function readInstallValues(): Promise<InstallValues> {
  const common = await readYaml(join(argocdDir, 'install', 'values.yaml'));
  const own = await readYaml(join(import.meta.dirname, 'install-values.yaml'));
  return mergeValues(common, own) as InstallValues;
}

/** The lab's own values of the shop's chart. */
export async function readShopValues(): Promise<Record<string, unknown>> {
  return (await readYaml(join(import.meta.dirname, 'shop-values.yaml'))) as Record<string, unknown>;
}
