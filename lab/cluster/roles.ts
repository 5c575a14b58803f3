import { identities } from './identities.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** What components may do that Kubernetes does not grant them by itself. */
export function componentRoles(): object[] {
  const binding = (name: string, role: string, user: string) => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: user }],
  });
  const watch = (apiGroup: string, ...resources: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ['list', 'watch'],
  });
  return [
    binding('lab:api-server', 'system:kubelet-api-admin', identities['api-server-to-kubelet'].commonName),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'lab:coredns' },
      // https://coredns.io/plugins/kubernetes/
      rules: [watch('', 'services', 'pods', 'namespaces'), watch('discovery.k8s.io', 'endpointslices')],
    },
    binding('lab:coredns', 'lab:coredns', identities.coredns.commonName),
  ];
}
