import { at, listAt } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import { checkExists, lookupOf, targetOf } from '../references/lookup.ts';
import { type Problem, problemAt, type ResourceRule, type Scope } from '../rule.ts';
import { type Backend, findBackends } from './backend-references.ts';

export const backendMissing: ResourceRule = {
  id: 'backend-missing',
  level: 'warning',
  title: 'An Ingress, a route or a webhook sends requests to a service that does not exist',
  help: 'Every request fails. It is a note if nothing in the chart has a similar name, because another chart may contain the service.',
  check: (scope) => findBackends(scope).flatMap((backend) => checkExists(scope, backend)),
};

export const backendPort: ResourceRule = {
  id: 'backend-port',
  level: 'error',
  title: 'An Ingress, a route or a webhook sends requests to a port that the service does not have',
  help: 'Every request fails. Use the `port` or the `name` of one of the `ports` of the Service, not its `targetPort`. Source: https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource',
  check: (scope) => findBackends(scope).flatMap((backend) => checkPort(scope, backend)),
};

function checkPort(scope: Scope, backend: Backend): Problem[] {
  const { resource, name, port, portPath } = backend;
  const found = lookupOf(scope).find(targetOf(scope, backend));
  if (found.state !== 'present' || (typeof port !== 'string' && typeof port !== 'number')) return [];
  const ports = found.resources.map(readPorts);
  if (ports.some(({ declared, isOpen }) => isOpen || declared.has(port))) return [];
  const problem = problemAt(
    resource,
    portPath,
    `sends requests to port ${port} of the Service ${name}, which has no such port`,
  );
  return ports.some(({ targets }) => targets.has(String(port)))
    ? // Source: `getEndpoints` in https://github.com/kubernetes/ingress-nginx/blob/main/internal/ingress/controller/controller.go
      [
        {
          ...problem,
          level: 'warning',
          message: `${problem.message}; ${port} is a targetPort, which only ingress-nginx accepts`,
        },
      ]
    : [problem];
}

interface ServicePorts {
  /** The names and numbers. */
  declared: ReadonlySet<string | number>;
  targets: ReadonlySet<string>;
  /** An external name has the ports of its host. */
  isOpen: boolean;
}

const cache = new WeakMap<Resource, ServicePorts>();

function readPorts(service: Resource): ServicePorts {
  const ports = listAt(service.object, 'spec', 'ports');
  const known = cache.get(service) ?? {
    declared: new Set(ports.flatMap((port) => [at(port, 'name'), at(port, 'port')]).filter(isPort)),
    targets: new Set(
      ports
        .map((port) => at(port, 'targetPort'))
        .filter(isPort)
        .map(String),
    ),
    isOpen: at(service.object, 'spec', 'type') === 'ExternalName',
  };
  cache.set(service, known);
  return known;
}

const isPort = (value: unknown): value is string | number => typeof value === 'string' || typeof value === 'number';
