import { at, listAt, type Path, stringAt } from '../../data.ts';
import type { Container, Workload } from '../../manifests/workloads.ts';
import { checkContainers, missingAt, type Problem, problemAt, type ResourceRule } from '../rule.ts';

/** The effective value: the container's, otherwise the pod's. */
function effectiveSetting({ spec }: Container, { pod }: Workload, key: string): unknown {
  return at(spec, 'securityContext', key) ?? at(pod, 'securityContext', key);
}

const securityPath = (container: Container, key: string): Path => [...container.path, 'securityContext', key];

/** A problem with a key of the security context: at its value, or where it is missing. */
function settingProblem(
  container: Container,
  { resource }: Workload,
  [key, message]: [key: string, message: string],
): Problem[] {
  const given = at(container.spec, 'securityContext', key) !== undefined;
  return [
    (given ? problemAt : missingAt)(resource, securityPath(container, key), `container ${container.name} ${message}`),
  ];
}

/** The advice for Linux does not apply to a pod that says that it runs on Windows, or that selects such nodes. */
const isWindows = ({ pod }: Workload): boolean =>
  stringAt(pod, 'os', 'name') === 'windows' || stringAt(pod, 'nodeSelector', 'kubernetes.io/os') === 'windows';

export const privileged: ResourceRule = {
  id: 'privileged',
  level: 'error',
  severity: 9,
  title: 'A container is privileged',
  help: 'It can do everything on the node that root can. Add the single capability that it needs instead.',
  check: (scope) =>
    checkContainers(scope, (container, workload) =>
      at(container.spec, 'securityContext', 'privileged') === true
        ? settingProblem(container, workload, ['privileged', 'is privileged'])
        : [],
    ),
};

export const privilegeEscalation: ResourceRule = {
  id: 'privilege-escalation',
  level: 'warning',
  severity: 6,
  title: 'A process can gain more privileges than its parent',
  help: 'Set `securityContext.allowPrivilegeEscalation: false`, which makes setuid programs harmless.',
  check: (scope) =>
    checkContainers(scope, (container, workload) =>
      at(container.spec, 'securityContext', 'allowPrivilegeEscalation') === false || isWindows(workload)
        ? []
        : settingProblem(container, workload, [
            'allowPrivilegeEscalation',
            'may gain privileges (allowPrivilegeEscalation is not false)',
          ]),
    ),
};

export const runAsNonRoot: ResourceRule = {
  id: 'run-as-non-root',
  level: 'warning',
  severity: 6,
  title: 'A container may run as root',
  help: 'Set `runAsNonRoot: true` in the security context of the pod or the container, so that an image that starts as root is refused.',
  check: (scope) =>
    checkContainers(scope, (container, workload) => {
      if (isWindows(workload)) return [];
      const user = effectiveSetting(container, workload, 'runAsUser');
      if (user === 0) return settingProblem(container, workload, ['runAsUser', 'runs as root (runAsUser: 0)']);
      if (effectiveSetting(container, workload, 'runAsNonRoot') === true) return [];
      return typeof user === 'number' && user > 0
        ? []
        : settingProblem(container, workload, ['runAsNonRoot', 'may run as root (runAsNonRoot is not true)']);
    }),
};

export const readOnlyRoot: ResourceRule = {
  id: 'read-only-root',
  level: 'warning',
  severity: 4,
  title: 'A container can change its own files',
  help: 'Set `securityContext.readOnlyRootFilesystem: true` and mount an `emptyDir` where it must write.',
  check: (scope) =>
    checkContainers(scope, (container, workload) =>
      at(container.spec, 'securityContext', 'readOnlyRootFilesystem') === true || isWindows(workload)
        ? []
        : settingProblem(container, workload, ['readOnlyRootFilesystem', 'can write to its root file system']),
    ),
};

export const capabilities: ResourceRule = {
  id: 'capabilities',
  level: 'warning',
  severity: 5,
  title: 'A container does not drop all capabilities',
  help: 'Set `securityContext.capabilities.drop: [ALL]` and add back what it needs; the restricted Pod Security Standard allows NET_BIND_SERVICE alone. Source: https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  check: (scope) =>
    checkContainers(scope, (container, workload) => {
      if (isWindows(workload)) return [];
      const dropped = listAt(container.spec, 'securityContext', 'capabilities', 'drop').map((capability) =>
        String(capability).toUpperCase(),
      );
      if (!dropped.includes('ALL'))
        return settingProblem(container, workload, ['capabilities', 'does not drop all capabilities']);
      const risky = listAt(container.spec, 'securityContext', 'capabilities', 'add').filter(
        (capability) => capability !== 'NET_BIND_SERVICE',
      );
      const path = [...securityPath(container, 'capabilities'), 'add'];
      return risky.length > 0
        ? [problemAt(workload.resource, path, `container ${container.name} adds the capabilities ${risky.join(', ')}`)]
        : [];
    }),
};

export const seccomp: ResourceRule = {
  id: 'seccomp',
  level: 'note',
  severity: 4,
  title: 'A container has no seccomp profile',
  help: 'Set `securityContext.seccompProfile.type: RuntimeDefault` for the pod.',
  check: (scope) =>
    checkContainers(scope, (container, workload) => {
      const type = at(effectiveSetting(container, workload, 'seccompProfile'), 'type');
      return type === 'RuntimeDefault' || type === 'Localhost' || isWindows(workload)
        ? []
        : settingProblem(container, workload, ['seccompProfile', 'has no seccomp profile']);
    }),
};
