import { minorNumber } from '../cases/kube-version.ts';
import { toValue, type Value } from '../cel/index.ts';
import type { Chart } from '../charts/chart.ts';
import type { ResourceSet } from '../check-resources.ts';
import { type Data, dataAt } from '../data.ts';
import { apiGroup, type Resource } from '../manifests/resource.ts';
import { withDefaults } from './defaults.ts';
import { isClusterScoped, pluralName } from './match.ts';
import type { OwnRule } from './own-rule.ts';

type CaseResources = Pick<ResourceSet, 'kube' | 'namespace' | 'resources'>;

/** The variables of the expressions for the resources of one case. Each object is converted once, and only when it is used. */
export class CaseVariables {
  readonly #set: CaseResources;
  readonly #chart: Value;
  readonly #converted = { rendered: new Map<Resource, Value>(), admitted: new Map<Resource, Value>() };
  #resources: Value | undefined;

  /** @param chart `undefined` for plain manifests */
  constructor(set: CaseResources, chart: Pick<Chart, 'path' | 'name' | 'version' | 'appVersion'> | undefined) {
    this.#set = set;
    const { path = '', name = '', version = '', appVersion = '' } = chart ?? {};
    this.#chart = toValue({ path, name, version, appVersion });
  }

  namespaceOf(resource: Resource): string {
    return isClusterScoped(resource) ? '' : (resource.namespace ?? this.#set.namespace);
  }

  /** Those that do not depend on the pod or the container. */
  for(
    resource: Resource,
    { sees, comparesResources }: Pick<OwnRule, 'sees' | 'comparesResources'>,
  ): Record<string, Value> {
    const object = this.#convert(resource, sees);
    if (sees === 'admitted') return { object, oldObject: null, request: this.#request(resource) };
    return {
      object,
      kubeVersion: toValue({ major: 1, minor: minorNumber(this.#set.kube) }),
      chart: this.#chart,
      ...(comparesResources ? { resources: this.#allResources() } : {}),
    };
  }

  #allResources(): Value {
    this.#resources ??= this.#set.resources.map((other) => this.#convert(other, 'rendered'));
    return this.#resources;
  }

  #convert(resource: Resource, sees: OwnRule['sees']): Value {
    const known = this.#converted[sees];
    const object = sees === 'admitted' ? withDefaults(resource) : resource.object;
    const value = known.get(resource) ?? toValue(this.#withNamespace(resource, object));
    known.set(resource, value);
    return value;
  }

  /** The namespace of the release is in the objects of a cluster, but not in those of most charts. */
  #withNamespace(resource: Resource, object: Data): Data {
    const namespace = this.namespaceOf(resource);
    return namespace === '' ? object : { ...object, metadata: { ...dataAt(object, 'metadata'), namespace } };
  }

  #request(resource: Resource): Value {
    const { apiVersion, kind, name } = resource;
    const group = apiGroup(apiVersion);
    const version = apiVersion.slice(apiVersion.lastIndexOf('/') + 1);
    return toValue({
      kind: { group, version, kind },
      resource: { group, version, resource: pluralName(kind) },
      subResource: '',
      name,
      namespace: this.namespaceOf(resource),
      operation: 'CREATE',
      dryRun: false,
    });
  }
}
