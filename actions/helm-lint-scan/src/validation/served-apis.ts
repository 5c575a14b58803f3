import { type KubeVersion, minorNumber } from '../cases/kube-version.ts';
import type { SchemaStore, VersionSchemas } from './store.ts';

/**
 * Beta versions that were on by default, and the first minor version without them. Since 1.24 a new beta version is off by default.
 * Source: `legacyBetaEnabledByDefaultResources` in pkg/controlplane/instance.go of Kubernetes 1.25 to 1.37
 */
const BETAS: Readonly<Record<string, number>> = {
  'autoscaling/v2beta2': 26,
  'flowcontrol.apiserver.k8s.io/v1beta1': 26,
  'flowcontrol.apiserver.k8s.io/v1beta2': 29,
  'flowcontrol.apiserver.k8s.io/v1beta3': 32,
  'storage.k8s.io/v1beta1': 27,
};

/** Kinds that are requests or responses of another resource. The schemas have them in their own group. */
const NOT_RESOURCES = [
  'authentication.k8s.io/v1/TokenRequest',
  'autoscaling/v1/Scale',
  'policy/v1/Eviction',
  'v1/Status',
];

/**
 * Kinds of subresources, which the API server lists in the group of their resource.
 * Source: api/discovery of Kubernetes 1.29 to 1.37
 */
const SUBRESOURCES = [
  'apps/v1/Scale',
  'v1/Eviction',
  'v1/NodeProxyOptions',
  'v1/PodAttachOptions',
  'v1/PodExecOptions',
  'v1/PodPortForwardOptions',
  'v1/PodProxyOptions',
  'v1/Scale',
  'v1/ServiceProxyOptions',
  'v1/TokenRequest',
];

/**
 * What an API server of this version lists when nothing is turned on or off: `apps/v1`, `apps/v1/Deployment`. Helm makes
 * `.Capabilities.APIVersions` of it (`GetVersionSet` in pkg/action/action.go of Helm).
 * @param minor 34 for 1.34
 */
export function servedApis({ kinds }: Pick<VersionSchemas, 'kinds'>, minor: number): string[] {
  const served = Object.keys(kinds).filter((key) => isServed(apiVersionOf(key), minor) && !NOT_RESOURCES.includes(key));
  const all = [...served, ...SUBRESOURCES];
  return [...new Set([...all.map(apiVersionOf), ...all])].sort();
}

const apiVersionOf = (key: string): string => key.slice(0, key.lastIndexOf('/'));

function isServed(apiVersion: string, minor: number): boolean {
  return /^(?:.*\/)?v\d+$/.test(apiVersion) || minor < (BETAS[apiVersion] ?? 0);
}

/** The bundled version that is nearest to another one. */
export function nearestMinor(bundled: readonly string[], minor: string): string | undefined {
  const distance = (other: string): number => Math.abs(Number(other.split('.')[1]) - Number(minor.split('.')[1]));
  return bundled.toSorted((a, b) => distance(a) - distance(b))[0];
}

/** {@link servedApis} by minor version. */
export type ServedApis = ReadonlyMap<string, readonly string[]>;

/** Reads {@link servedApis} of each version. One that is not bundled has those of the nearest one. */
export async function readServedApis(store: SchemaStore, versions: readonly KubeVersion[]): Promise<ServedApis> {
  const bundled = await store.minors();
  const served = new Map<string, readonly string[]>();
  for (const kube of new Map(versions.map((version) => [version.minor, version])).values()) {
    const schemas = await store.load(nearestMinor(bundled, kube.minor) ?? kube.minor);
    if (schemas !== undefined) served.set(kube.minor, servedApis(schemas, minorNumber(kube)));
  }
  return served;
}
