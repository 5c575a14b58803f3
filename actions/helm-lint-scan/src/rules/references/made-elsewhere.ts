import { at, dataAt, isData, listAt, stringAt } from '../../data.ts';
import { isCustomResource, isPodOwner } from '../../manifests/custom-resources.ts';
import { apiGroup, type Resource } from '../../manifests/resource.ts';
import type { ResourceId } from '../../manifests/resource-index.ts';
import type { Workload } from '../../manifests/workloads.ts';
import { effectiveNamespace, type Scope } from '../rule.ts';

/** Custom resources for which no operator creates an object that others refer to. */
const CREATE_NOTHING = /(?:Gateway|Monitor|Rule|Probe|Route|Policy|Autoscaler|ScaledObject|Definition)$/;

/** A longer name is not taken apart. */
const MAX_WORDS = 15;

/**
 * Knows the names of what is created when the resources run: a Certificate, an ExternalSecret or a SealedSecret leads to a Secret, the
 * resources of operators to services and accounts, and a job may create what its arguments name.
 */
export class MadeElsewhere {
  readonly #texts = new Set<string>();
  readonly #owners = new Set<string>();
  readonly #words = new Set<string>();
  readonly #claims = new Set<string>();
  readonly #namespaceOf: (resource: Resource) => string;

  constructor(scope: Scope) {
    this.#namespaceOf = (resource) => effectiveNamespace(scope, resource);
    for (const resource of scope.resources) this.#readResource(resource);
    for (const workload of scope.workloads) this.#readWorkload(workload);
  }

  #readResource(resource: Resource): void {
    const { kind, name, object } = resource;
    if (isPodOwner(resource)) this.#owners.add(name);
    if (isCustomResource(resource) && !CREATE_NOTHING.test(kind))
      for (const text of textsIn(object)) this.#texts.add(text);
    // OpenShift creates the Secret that an annotation of a Service names.
    if (kind === 'Service')
      for (const text of textsIn(dataAt(object, 'metadata', 'annotations'))) this.#texts.add(text);
    if (kind !== 'StatefulSet') return;
    for (const template of listAt(object, 'spec', 'volumeClaimTemplates'))
      this.#claims.add(claimKey(this.#namespaceOf(resource), `${stringAt(template, 'metadata', 'name')}-${name}`));
  }

  #readWorkload({ containers }: Workload): void {
    for (const { spec } of containers)
      for (const text of [
        ...textsIn([spec.command, spec.args]),
        ...listAt(spec, 'env').map((entry) => at(entry, 'value')),
      ])
        for (const word of String(text).match(/[A-Za-z0-9.-]+/g) ?? []) this.#words.add(word);
  }

  /** Whether an operator or a program of these resources may create an object of this name. */
  mayExist({ kind, namespace, name }: ResourceId): boolean {
    if (this.#texts.has(name) || this.#containsOwner(name)) return true;
    if (kind === 'ConfigMap' || kind === 'Secret') return this.#words.has(name);
    // The claims of a StatefulSet end in the number of the pod.
    return kind === 'PersistentVolumeClaim' && this.#claims.has(claimKey(namespace, name.replace(/-\d+$/, '')));
  }

  /** Operators derive names from that of the custom resource: `prometheus-NAME`, `NAME-app`. */
  #containsOwner(name: string): boolean {
    if (this.#owners.size === 0) return false;
    const words = name.split('-').slice(0, MAX_WORDS);
    return words.some((_, start) =>
      words.some((_, end) => end >= start && this.#owners.has(words.slice(start, end + 1).join('-'))),
    );
  }
}

const claimKey = (namespace: string, name: string): string => [namespace, name].join('\n');

/** All strings in a value. */
function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') texts.push(next);
    else if (Array.isArray(next)) for (const item of next) open.push(item);
    else if (isData(next)) for (const item of Object.values(next)) open.push(item);
  }
  return texts;
}

/** A Kustomization renames objects, and generates and changes others. */
export const isKustomized = (scope: Scope): boolean =>
  scope.resources.some(({ apiVersion }) => apiGroup(apiVersion) === 'kustomize.config.k8s.io');
