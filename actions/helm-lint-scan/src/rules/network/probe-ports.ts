import { at, isData, listAt, numberAt, type Path, stringAt } from '../../data.ts';
import type { Container, Workload } from '../../manifests/workloads.ts';
import { checkContainers, type Problem, problemAt, type ResourceRule } from '../rule.ts';

const HANDLERS = [
  ['startupProbe'],
  ['livenessProbe'],
  ['readinessProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
] as const;
const ACTIONS = ['httpGet', 'tcpSocket', 'grpc'] as const;

/** A port of a probe or hook. */
interface ProbePort {
  port: string | number;
  path: Path;
  /** `livenessProbe`, `lifecycle.preStop` */
  handler: string;
  /** Whether it is asked of the pod itself. */
  isOwn: boolean;
}

function findPorts({ spec, path }: Container): ProbePort[] {
  return HANDLERS.flatMap((handler) =>
    ACTIONS.flatMap((action) => {
      const found = at(spec, ...handler, action);
      const port = at(found, 'port');
      if (!isData(found) || (typeof port !== 'string' && typeof port !== 'number')) return [];
      const host = stringAt(found, 'host') ?? '';
      return [{ port, path: [...path, ...handler, action, 'port'], handler: handler.join('.'), isOwn: host === '' }];
    }),
  );
}

const portsOf = ({ spec }: Container): unknown[] => listAt(spec, 'ports');

export const probePort: ResourceRule = {
  id: 'probe-port',
  level: 'error',
  title: 'A probe or hook uses a port that its container does not have',
  help: 'The kubelet looks the name up among the `ports` of the same container. If it is not there, the probe fails: the container gets no traffic, or is restarted again and again. Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#use-a-named-port',
  check: (scope) =>
    checkContainers(scope, (container, workload) => {
      const names = new Set(portsOf(container).map((port) => stringAt(port, 'name')));
      return findPorts(container).flatMap(({ port, path, handler }) =>
        // The kubelet reads a text of digits as a number.
        typeof port !== 'string' || names.has(port) || /^\d*$/.test(port)
          ? []
          : [unknownName(container, workload, { port, path, handler })],
      );
    }),
};

/** Source: `ResolveContainerPort` in https://github.com/kubernetes/kubernetes/blob/master/pkg/probe/util.go */
function unknownName(
  container: Container,
  { resource, containers }: Workload,
  { port, path, handler }: { port: string; path: Path; handler: string },
): Problem {
  const owner = containers.find((other) => portsOf(other).some((declared) => stringAt(declared, 'name') === port));
  const where = owner === undefined ? '' : `; that of container ${owner.name} does not count`;
  const message = `${handler} of container ${container.name} uses the port ${port}, which the container does not have${where}`;
  return problemAt(resource, path, message);
}

export const probePortUndeclared: ResourceRule = {
  id: 'probe-port-undeclared',
  level: 'note',
  title: 'A probe or hook uses a port number that no container declares',
  help: 'It works if the process listens there anyway, but a wrong number looks the same. Declare the port and use its name.',
  check: (scope) =>
    checkContainers(scope, (container, { resource, containers }) => {
      const used = findPorts(container).filter(({ port, isOwn }) => typeof port === 'number' && isOwn);
      if (used.length === 0 || portsOf(container).length === 0) return [];
      const declared = new Set(containers.flatMap(portsOf).map((port) => numberAt(port, 'containerPort')));
      return used.flatMap(({ port, path, handler }) =>
        typeof port !== 'number' || declared.has(port)
          ? []
          : [
              problemAt(
                resource,
                path,
                `${handler} of container ${container.name} uses port ${port}, which no container declares`,
              ),
            ],
      );
    }),
};
