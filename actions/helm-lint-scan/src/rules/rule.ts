import type { ImageReference } from '../../../lib/images/images-output.ts';
import type { Chart } from '../charts/chart.ts';
import type { Path } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import type { Container, Workload } from '../manifests/workloads.ts';

export const LEVELS = ['error', 'warning', 'note'] as const;
export type Level = (typeof LEVELS)[number];

/** What a rule is, for its documentation and for SARIF. */
export interface RuleInfo {
  id: string;
  level: Level;
  /** From 0 to 10, as in CVSS. Only for weaknesses that an attacker could use. */
  severity?: number;
  /** What is wrong, as a short sentence. */
  title: string;
  /** Why it matters and what to do. */
  help: string;
}

/** The resources that rules check together: those of one case, or all plain manifests. */
export interface Scope {
  resources: readonly Resource[];
  workloads: readonly Workload[];
  /** The namespace of resources that do not set one. */
  namespace: string;
  /** In a chart, the release sets the namespace; plain manifests set it themselves. */
  origin: 'chart' | 'manifests';
  /** The minor version of Kubernetes: 34 for 1.34. */
  minor: number;
  /** The images that the values were set to. */
  built: readonly ImageReference[];
}

/** A problem in a resource. */
export interface Problem {
  resource: Resource;
  path: Path;
  /** `key`: the key is invalid; `value`: the value is invalid; `absent`: the key is missing. */
  about: 'key' | 'value' | 'absent';
  message: string;
  /** The level, where it is less severe than that of the rule. */
  level?: Level;
}

/** A rule about resources. They may violate their schema, and a rule must not fail on that. */
export interface ResourceRule extends RuleInfo {
  check(scope: Scope): Problem[];
}

/** A problem in a file of the chart. */
export interface ChartProblem {
  /** Relative to the directory of the chart. */
  file: string;
  path: Path;
  message: string;
  /** As in {@link Problem}. */
  level?: Level;
}

/** A rule about the files of a chart. */
export interface ChartRule extends RuleInfo {
  checkChart(chart: Chart): ChartProblem[];
}

export const missingAt = (resource: Resource, path: Path, message: string): Problem => ({
  resource,
  path,
  about: 'absent',
  message,
});
export const problemAt = (resource: Resource, path: Path, message: string): Problem => ({
  resource,
  path,
  about: 'value',
  message,
});

/** The namespace in which the resource is created. */
export const effectiveNamespace = (scope: Scope, resource: Resource): string => resource.namespace ?? scope.namespace;

/** Check every container of every workload. */
export function checkContainers(
  scope: Scope,
  check: (container: Container, workload: Workload) => Problem[],
): Problem[] {
  return scope.workloads.flatMap((workload) => workload.containers.flatMap((container) => check(container, workload)));
}

/** Check the main containers of workloads that serve requests, see {@link Workload.serves}. */
export function checkServingContainers(
  scope: Scope,
  check: (container: Container, workload: Workload) => Problem[],
): Problem[] {
  return checkContainers(scope, (container, workload) =>
    workload.serves && container.role === 'main' ? check(container, workload) : [],
  );
}

/** The resources of a kind. */
export const resourcesOfKind = (scope: Scope, kind: string): Resource[] =>
  scope.resources.filter((resource) => resource.kind === kind);
