import { at, type Data, dataAt, listAt, type Path } from '../../data.ts';
import { annotation, type Resource } from '../../manifests/resource.ts';
import { labelsAt } from '../../manifests/workloads.ts';
import { type Problem, problemAt, type ResourceRule } from '../rule.ts';
import { VERSION_LABELS } from './selector-mismatch.ts';

export const immutableVersion: ResourceRule = {
  id: 'immutable-version',
  level: 'error',
  title: 'A field that cannot be changed contains a label that changes with each version',
  help: 'The volume claims of a StatefulSet and the pod template of a Job cannot be changed: the next version of the chart will be rejected. Remove the version and the chart from these labels; a Job can also be a hook, or have the version in its name. Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/',
  check: (scope) =>
    scope.resources.flatMap((resource) => {
      switch (resource.kind) {
        case 'StatefulSet':
          return listAt(resource.object, 'spec', 'volumeClaimTemplates').flatMap((_, index) =>
            labelProblems(resource, ['spec', 'volumeClaimTemplates', index], 'its volume claims'),
          );
        case 'Job':
          return isReplaced(resource) ? [] : labelProblems(resource, ['spec', 'template'], 'its pod template');
        default:
          return [];
      }
    }),
};

function labelProblems(resource: Resource, path: Path, where: string): Problem[] {
  const labels = labelsAt(resource.object, ...path, 'metadata', 'labels');
  return VERSION_LABELS.filter((label) => Object.hasOwn(labels, label))
    .filter((label) => !hasVersionInName(resource, labels[label] ?? ''))
    .map((label) =>
      problemAt(
        resource,
        [...path, 'metadata', 'labels', label],
        `has ${label} in ${where}, which changes with each version`,
      ),
    );
}

/** Whether Helm or Argo CD deletes the Job before the next version, or the cluster does when it has finished. */
function isReplaced(resource: Resource): boolean {
  const annotations: Data = dataAt(resource.object, 'metadata', 'annotations');
  const options = annotation(resource, 'argocd.argoproj.io/sync-options') ?? '';
  return (
    annotations['helm.sh/hook'] !== undefined ||
    annotations['argocd.argoproj.io/hook'] !== undefined ||
    /(?:Replace|Force)=true/.test(options) ||
    at(resource.object, 'spec', 'ttlSecondsAfterFinished') !== undefined
  );
}

/** A Job with the version or the number of the release in its name is another Job each time; `helm template` renders release 1. */
function hasVersionInName({ kind, name }: Resource, label: string): boolean {
  const version = /\d+(?:[.-]\d+)*/.exec(label.slice(label.lastIndexOf('-') + 1))?.[0];
  const isVersioned = version !== undefined && name.replaceAll('.', '-').includes(version.replaceAll('.', '-'));
  return kind === 'Job' && (isVersioned || name.endsWith('*') || name.endsWith('-1'));
}
