import { dataAt, isData, listAt, stringAt } from '../../data.ts';
import { apiGroup, type Resource } from '../../manifests/resource.ts';
import { type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { findConfigReferences } from './config-sources.ts';
import { checkExists, type Reference } from './lookup.ts';

export const configReference: ResourceRule = {
  id: 'config-reference',
  level: 'warning',
  title: 'A ConfigMap, Secret or volume claim is used that does not exist',
  help: 'A pod does not start until every ConfigMap, Secret and PersistentVolumeClaim that it uses exists, unless the reference is `optional`. It is a note if nothing in the chart has a similar name, because the object may come from elsewhere; suppress it then, or turn the rule off.',
  check: (scope) =>
    unique([...findConfigReferences(scope), ...findClaims(scope), ...findCertificates(scope)])
      .flatMap((reference) => checkExists(scope, reference))
      .concat(
        unique(findPullSecrets(scope)).flatMap((reference) => checkExists(scope, reference, { only: 'misspelled' })),
      ),
};

/** The first reference of a resource to each object. */
const unique = (references: readonly Reference[]): Reference[] => {
  const seen = new Map<Resource, Set<string>>();
  return references.filter(({ resource, kind, name }) => {
    const names = seen.get(resource) ?? new Set();
    seen.set(resource, names);
    const key = `${kind}/${name}`;
    const isNew = !names.has(key);
    names.add(key);
    return isNew;
  });
};

function findClaims(scope: Scope): Reference[] {
  return scope.workloads.flatMap(({ resource, pod, podPath }) =>
    listAt(pod, 'volumes').flatMap((volume, index) => {
      const name = stringAt(volume, 'persistentVolumeClaim', 'claimName') ?? '';
      const path = [...podPath, 'volumes', index, 'persistentVolumeClaim', 'claimName'];
      return name === ''
        ? []
        : [{ resource, path, group: '', kind: 'PersistentVolumeClaim', name, verb: 'mounts' } satisfies Reference];
    }),
  );
}

/** The Secrets with the certificates of Ingresses and Gateways. */
function findCertificates(scope: Scope): Reference[] {
  const certificate = { group: '', kind: 'Secret', verb: 'uses' };
  const ingresses = resourcesOfKind(scope, 'Ingress').flatMap((resource) =>
    listAt(resource.object, 'spec', 'tls').flatMap((tls, index) => {
      const name = stringAt(tls, 'secretName') ?? '';
      return name === '' ? [] : [{ ...certificate, resource, path: ['spec', 'tls', index, 'secretName'], name }];
    }),
  );
  const gateways = resourcesOfKind(scope, 'Gateway').flatMap((resource) =>
    listAt(resource.object, 'spec', 'listeners').flatMap((listener, index) =>
      listAt(listener, 'tls', 'certificateRefs').flatMap((reference, position) => {
        const name = stringAt(reference, 'name') ?? '';
        const path = ['spec', 'listeners', index, 'tls', 'certificateRefs', position, 'name'];
        const isOther =
          isData(reference) && (reference.namespace !== undefined || (reference.kind ?? 'Secret') !== 'Secret');
        return name === '' || isOther || apiGroup(resource.apiVersion) !== 'gateway.networking.k8s.io'
          ? []
          : [{ ...certificate, resource, path, name }];
      }),
    ),
  );
  return [...ingresses, ...gateways].filter(({ resource }) => !isIssued(resource));
}

/** Whether cert-manager creates the Secrets. Source: https://cert-manager.io/docs/usage/ingress/#supported-annotations */
const isIssued = ({ object }: Resource): boolean =>
  Object.keys(dataAt(object, 'metadata', 'annotations')).some((name) => /^cert-manager\.io\/|tls-acme$/.test(name));

/** Clusters often have these from elsewhere, and a pod starts without them if its image is public. */
function findPullSecrets(scope: Scope): Reference[] {
  const pods = scope.workloads.map(({ resource, pod, podPath }) => ({
    resource,
    list: listAt(pod, 'imagePullSecrets'),
    path: podPath,
  }));
  const accounts = resourcesOfKind(scope, 'ServiceAccount').map((resource) => ({
    resource,
    list: listAt(resource.object, 'imagePullSecrets'),
    path: [],
  }));
  return [...pods, ...accounts].flatMap(({ resource, list, path }) =>
    list.flatMap((secret, index) => {
      const name = stringAt(secret, 'name') ?? '';
      const namePath = [...path, 'imagePullSecrets', index, 'name'];
      return name === ''
        ? []
        : [{ resource, path: namePath, group: '', kind: 'Secret', name, verb: 'pulls images with' }];
    }),
  );
}
