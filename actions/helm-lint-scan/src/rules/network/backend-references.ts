import { at, dataAt, isData, listAt, type Path, stringAt } from '../../data.ts';
import { apiGroup, type Resource } from '../../manifests/resource.ts';
import type { Reference } from '../references/lookup.ts';
import type { Scope } from '../rule.ts';

/** A place that sends requests to a service. */
export interface Backend extends Reference {
  kind: 'Service';
  /** The name or number of the port. */
  port: unknown;
  portPath: Path;
}

/** What reads the backends of a resource, by API group and kind. */
const READERS: Record<string, (resource: Resource) => Backend[]> = {
  'networking.k8s.io/Ingress': readIngress,
  'gateway.networking.k8s.io/HTTPRoute': readRoute,
  'gateway.networking.k8s.io/GRPCRoute': readRoute,
  'gateway.networking.k8s.io/TLSRoute': readRoute,
  'gateway.networking.k8s.io/TCPRoute': readRoute,
  'gateway.networking.k8s.io/UDPRoute': readRoute,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': readWebhooks,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': readWebhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': (resource) =>
    readServiceReference(resource, ['spec', 'conversion', 'webhook', 'clientConfig', 'service']),
  'apiregistration.k8s.io/APIService': (resource) => readServiceReference(resource, ['spec', 'service']),
};

/** The services to which the resources of a scope send requests. */
export const findBackends = (scope: Scope): Backend[] =>
  scope.resources.flatMap((resource) => {
    const key = `${apiGroup(resource.apiVersion)}/${resource.kind}`;
    const read = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
    return read?.(resource) ?? [];
  });

const SERVICE = { group: '', kind: 'Service', verb: 'sends requests to' } as const;

function readIngress(resource: Resource): Backend[] {
  const paths: Path[] = [
    ['spec', 'defaultBackend', 'service'],
    ...listAt(resource.object, 'spec', 'rules').flatMap((rule, index) =>
      listAt(rule, 'http', 'paths').map(
        (_, position): Path => ['spec', 'rules', index, 'http', 'paths', position, 'backend', 'service'],
      ),
    ),
  ];
  return paths.flatMap((path) => {
    const service = dataAt(resource.object, ...path);
    const name = stringAt(service, 'name') ?? '';
    const key = at(service, 'port', 'name') === undefined ? 'number' : 'name';
    const port = at(service, 'port', key);
    // The controller of AWS finds such an action in the annotations.
    if (name === '' || port === 'use-annotation') return [];
    return [{ ...SERVICE, resource, path: [...path, 'name'], name, port, portPath: [...path, 'port', key] }];
  });
}

/** Another namespace needs a ReferenceGrant, and is left alone. */
function readRoute(resource: Resource): Backend[] {
  return listAt(resource.object, 'spec', 'rules').flatMap((rule, index) => {
    const path: Path = ['spec', 'rules', index];
    const paths: Path[] = [
      ...listAt(rule, 'backendRefs').map((_, position): Path => [...path, 'backendRefs', position]),
      ...listAt(rule, 'filters').map(
        (_, position): Path => [...path, 'filters', position, 'requestMirror', 'backendRef'],
      ),
    ];
    return paths.flatMap((backendPath) => {
      const backend = at(resource.object, ...backendPath);
      const name = stringAt(backend, 'name') ?? '';
      if (!isData(backend) || name === '' || !isServiceOfSameNamespace(backend, resource)) return [];
      return [
        {
          ...SERVICE,
          resource,
          path: [...backendPath, 'name'],
          name,
          port: backend.port,
          portPath: [...backendPath, 'port'],
        },
      ];
    });
  });
}

const isServiceOfSameNamespace = (
  { group = '', kind = 'Service', namespace }: Record<string, unknown>,
  route: Resource,
): boolean => group === '' && kind === 'Service' && (namespace === undefined || namespace === route.namespace);

function readWebhooks(resource: Resource): Backend[] {
  return listAt(resource.object, 'webhooks').flatMap((_, index) =>
    readServiceReference(resource, ['webhooks', index, 'clientConfig', 'service']),
  );
}

/** A webhook, for which the port 443 is the default. */
function readServiceReference(resource: Resource, path: Path): Backend[] {
  const service = at(resource.object, ...path);
  const name = stringAt(service, 'name') ?? '';
  const namespace = stringAt(service, 'namespace') ?? '';
  if (!isData(service) || name === '' || namespace === '') return [];
  const { port = 443 } = service;
  const portPath = service.port === undefined ? path : [...path, 'port'];
  return [{ ...SERVICE, resource, path: [...path, 'name'], namespace, name, port, portPath }];
}
