import { NODE_NAME } from '../layout.ts';
import { identities } from '../pki/identities.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** Permissions of components beyond those that Kubernetes grants by default. */
export function createComponentRoles(): object[] {
  const bindRole = (name: string, role: string, user: string) => ({
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: RBAC, kind: 'User', name: user }],
  });
  const allowWatch = (apiGroup: string, ...resources: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs: ['list', 'watch'],
  });
  return [
    bindRole('lab:api-server', 'system:kubelet-api-admin', identities['apiserver-kubelet-client'].commonName),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'lab:coredns' },
      // https://coredns.io/plugins/kubernetes/
      rules: [allowWatch('', 'services', 'pods', 'namespaces'), allowWatch('discovery.k8s.io', 'endpointslices')],
    },
    bindRole('lab:coredns', 'lab:coredns', identities.coredns.commonName),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'lab:kube-router' },
      // It waits until it has listed all of these, although policies need only pods, namespaces and the policies themselves:
      // https://github.com/cloudnativelabs/kube-router/blob/v2.1.0/pkg/cmd/kube-router.go
      rules: [
        allowWatch('', 'services', 'endpoints', 'pods', 'nodes', 'namespaces'),
        { apiGroups: [''], resources: ['nodes'], verbs: ['get'], resourceNames: [NODE_NAME] },
        allowWatch('discovery.k8s.io', 'endpointslices'),
        allowWatch('networking.k8s.io', 'networkpolicies'),
      ],
    },
    bindRole('lab:kube-router', 'lab:kube-router', identities['kube-router'].commonName),
  ];
}
