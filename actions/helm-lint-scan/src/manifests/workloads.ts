import { at, type Data, dataAt, isData, listAt, type Path, stringAt } from '../data.ts';
import { isHelmTest, type Resource } from './resource.ts';

export interface Container {
  name: string;
  spec: Data;
  /** The path in the resource. */
  path: Path;
  /** `sidecar`: an init container that keeps running (`restartPolicy: Always`). */
  role: 'main' | 'init' | 'sidecar';
}

/** A resource that creates pods. */
export interface Workload {
  resource: Resource;
  kind: string;
  pod: Data;
  /** The path of the pod's spec in the resource. */
  podPath: Path;
  labels: Record<string, string>;
  annotations: Data;
  containers: Container[];
  /** Whether it runs permanently and serves requests: not a job, not a bare pod. */
  serves: boolean;
}

const POD_TEMPLATES: Record<string, Path> = {
  Deployment: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
  Pod: [],
};

const SERVING_KINDS = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController']);

/** The workloads among the resources, without the pods of `helm test`. */
export function findWorkloads(resources: readonly Resource[]): Workload[] {
  return resources.flatMap((resource) => {
    const template = Object.hasOwn(POD_TEMPLATES, resource.kind) ? POD_TEMPLATES[resource.kind] : undefined;
    return template === undefined || isHelmTest(resource) ? [] : [readWorkload(resource, template)];
  });
}

function readWorkload(resource: Resource, template: Path): Workload {
  const pod = dataAt(resource.object, ...template, 'spec');
  const podPath = [...template, 'spec'];
  return {
    resource,
    kind: resource.kind,
    pod,
    podPath,
    labels: labelsAt(resource.object, ...template, 'metadata', 'labels'),
    annotations: dataAt(resource.object, ...template, 'metadata', 'annotations'),
    containers: [
      ...readContainers(pod, [...podPath, 'initContainers'], (spec) =>
        spec.restartPolicy === 'Always' ? 'sidecar' : 'init',
      ),
      ...readContainers(pod, [...podPath, 'containers'], () => 'main'),
    ],
    serves: SERVING_KINDS.has(resource.kind),
  };
}

/** @param path of the list of containers in the resource; its last step is the key in the pod */
function readContainers(pod: Data, path: Path, role: (spec: Data) => Container['role']): Container[] {
  return listAt(pod, path.at(-1) ?? '').flatMap((spec, index) =>
    isData(spec)
      ? [{ name: stringAt(spec, 'name') ?? `#${index + 1}`, spec, path: [...path, index], role: role(spec) }]
      : [],
  );
}

/** A mapping of labels. Values that are not strings are left to the schema. */
export function labelsAt(value: unknown, ...path: Path): Record<string, string> {
  const labels = at(value, ...path);
  if (!isData(labels)) return {};
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
