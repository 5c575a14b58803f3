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
  /** From 0 to 10, as CVSS; only for what an attacker could use. */
  severity?: number;
  /** What is wrong, as a short sentence. */
  title: string;
  /** Why it matters and what to do. */
  help: string;
}

/** Everything that one case rendered, or all plain manifests. */
export interface Scope {
  resources: readonly Resource[];
  workloads: readonly Workload[];
  /** Where a resource without a namespace of its own goes. */
  namespace: string;
  /** A chart leaves the namespace to the release; plain manifests name it. */
  origin: 'chart' | 'manifests';
  /** The minor version of Kubernetes: 34 for 1.34. */
  minor: number;
  /** The images that the values were set to. */
  built: readonly ImageReference[];
}

/** One thing wrong with a resource. */
export interface Problem {
  resource: Resource;
  path: Path;
  /** `key`: the name is wrong; `value`: the value is wrong; `absent`: something is missing. */
  about: 'key' | 'value' | 'absent';
  message: string;
}

/** A rule about what the charts render. Rules meet objects that break their schema and must not fail on them. */
export interface ResourceRule extends RuleInfo {
  check(scope: Scope): Problem[];
}

/** One thing wrong with a file of the chart. */
export interface ChartProblem {
  /** In the chart's directory. */
  file: string;
  path: Path;
  message: string;
}

/** A rule about the chart's own files. */
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

/** The namespace in which a resource will be. */
export const effectiveNamespace = (scope: Scope, resource: Resource): string => resource.namespace ?? scope.namespace;

/** Ask every container of every workload. */
export function checkContainers(
  scope: Scope,
  check: (container: Container, workload: Workload) => Problem[],
): Problem[] {
  return scope.workloads.flatMap((workload) => workload.containers.flatMap((container) => check(container, workload)));
}

/** Ask the main containers of what is meant to run without end. */
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
