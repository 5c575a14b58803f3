import { stringAt } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import { problemAt, type ResourceRule } from '../rule.ts';

export const namespaceHardCoded: ResourceRule = {
  id: 'namespace-hard-coded',
  level: 'warning',
  title: 'A chart puts a resource into another namespace than the release',
  help: 'The release is then spread over namespaces, and a second release conflicts with the first. Remove the namespace or use `.Release.Namespace`.',
  check: (scope) =>
    scope.resources.flatMap((resource) =>
      scope.origin === 'chart' &&
      resource.namespace !== undefined &&
      resource.namespace !== scope.namespace &&
      !readsAuthentication(resource)
        ? [problemAt(resource, ['metadata', 'namespace'], `is always installed in the namespace ${resource.namespace}`)]
        : [],
    ),
};

/**
 * Whether a binding gives an extension API server the configuration of the cluster: it must be in `kube-system`, where the role is.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/
 */
const readsAuthentication = ({ namespace, object }: Resource): boolean =>
  namespace === 'kube-system' && stringAt(object, 'roleRef', 'name') === 'extension-apiserver-authentication-reader';
