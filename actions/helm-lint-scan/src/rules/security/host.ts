import { at, isData, listAt, type Path, stringAt } from '../../data.ts';
import type { Workload } from '../../manifests/workloads.ts';
import { type Problem, problemAt, type ResourceRule, type Scope } from '../rule.ts';
import { containerSockets } from './container-sockets.ts';

/** A volume of a workload that is a directory or file of its node. */
interface HostVolume {
  workload: Workload;
  /** The path of `hostPath` in the resource. */
  path: Path;
  /** On the node, as written. */
  hostPath: string;
  /** Whether it is mounted, and every mount is read-only. */
  readOnly: boolean;
}

const hostVolumes = (scope: Scope): HostVolume[] =>
  scope.workloads.flatMap((workload) =>
    listAt(workload.pod, 'volumes').flatMap((volume, index) =>
      isData(at(volume, 'hostPath'))
        ? [
            {
              workload,
              path: [...workload.podPath, 'volumes', index, 'hostPath'],
              hostPath: String(at(volume, 'hostPath', 'path')),
              readOnly: isReadOnly(workload, stringAt(volume, 'name')),
            },
          ]
        : [],
    ),
  );

function isReadOnly({ containers }: Workload, volume: string | undefined): boolean {
  const mounts = containers
    .flatMap(({ spec }) => listAt(spec, 'volumeMounts'))
    .filter((mount) => stringAt(mount, 'name') === volume);
  return mounts.length > 0 && mounts.every((mount) => at(mount, 'readOnly') === true);
}

export const containerSocket: ResourceRule = {
  id: 'container-socket',
  level: 'warning',
  severity: 9,
  title: 'A pod mounts the socket of the container runtime',
  help: 'Anyone who can connect to it can start any container on the node, also a privileged one; a read-only mount does not prevent that. Build images with a tool that needs no daemon, and read metrics and logs from the kubelet.',
  check: (scope) =>
    hostVolumes(scope).flatMap(({ workload, path, hostPath }) =>
      containerSockets(hostPath) === 'socket'
        ? [problemAt(workload.resource, path, `mounts ${hostPath}, the socket of the container runtime of its node`)]
        : [],
    ),
};

export const hostPath: ResourceRule = {
  id: 'host-path',
  level: 'warning',
  severity: 7,
  title: 'A pod mounts a directory of its node',
  help: 'Anyone who can write there can take over the node. Use a PersistentVolume. If every mount is read-only and no socket of the container runtime is below, it is a note.',
  check: (scope) =>
    hostVolumes(scope).flatMap(({ workload, path, hostPath, readOnly }): Problem[] => {
      const sockets = containerSockets(hostPath);
      if (sockets === 'socket') return [];
      const isHarmless = readOnly && sockets === 'none';
      const message = `mounts ${hostPath} of its node${readOnly ? ', read-only' : ''}`;
      const problem = problemAt(workload.resource, path, message);
      return [isHarmless ? { ...problem, level: 'note' } : problem];
    }),
};

export const hostNamespaces: ResourceRule = {
  id: 'host-namespaces',
  level: 'warning',
  severity: 7,
  title: "A pod shares its node's network, processes or IPC",
  help: 'It sees other pods, and network policies do not apply to it. Remove `hostNetwork`, `hostPID` and `hostIPC`.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, pod, podPath }) =>
      ['hostNetwork', 'hostPID', 'hostIPC']
        .filter((key) => at(pod, key) === true)
        .map((key) => problemAt(resource, [...podPath, key], `sets ${key}`)),
    ),
};
