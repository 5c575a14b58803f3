import { NETWORK, NODE_NAME } from './layout.ts';

/** Who signs: the cluster's own authority, and one apart for whatever must not trust every certificate of the cluster. */
export type Authority = 'cluster' | 'etcd' | 'front-proxy';

export const authorities: readonly Authority[] = ['cluster', 'etcd', 'front-proxy'];

export interface Identity {
  authority: Authority;
  /** Kubernetes' user name of a client. */
  commonName: string;
  /** Kubernetes' group of a client. */
  organization?: string;
  use: readonly ('client' | 'server')[];
  dns?: readonly string[];
  addresses?: readonly string[];
}

const here = { dns: ['localhost'], addresses: ['127.0.0.1'] } as const;
const client = ['client'] as const;

/**
 * A certificate for each component and each way it acts. Names of users and groups are those that Kubernetes' own roles
 * are bound to: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles
 */
export const identities = {
  etcd: { authority: 'etcd', commonName: 'etcd', use: ['server', 'client'], ...here },
  /** The only one that etcd lets in: its authority signs for nobody else. */
  'api-server-to-etcd': { authority: 'etcd', commonName: 'kube-apiserver', use: client },
  'api-server': {
    authority: 'cluster',
    commonName: 'kube-apiserver',
    use: ['server'],
    dns: [
      'localhost',
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      `kubernetes.default.svc.${NETWORK.dnsDomain}`,
    ],
    addresses: ['127.0.0.1', NETWORK.apiServiceAddress, NETWORK.nodeAddress],
  },
  /** Bound to system:kubelet-api-admin by the lab. */
  'api-server-to-kubelet': { authority: 'cluster', commonName: 'lab:api-server', use: client },
  'front-proxy': { authority: 'front-proxy', commonName: 'front-proxy', use: client },
  'controller-manager': {
    authority: 'cluster',
    commonName: 'system:kube-controller-manager',
    use: ['client', 'server'],
    ...here,
  },
  scheduler: { authority: 'cluster', commonName: 'system:kube-scheduler', use: ['client', 'server'], ...here },
  kubelet: {
    authority: 'cluster',
    commonName: `system:node:${NODE_NAME}`,
    organization: 'system:nodes',
    use: ['client', 'server'],
    dns: [NODE_NAME],
    addresses: [NETWORK.nodeAddress],
  },
  'kube-proxy': { authority: 'cluster', commonName: 'system:kube-proxy', use: client },
  /** Bound to a role of its own by the lab. */
  coredns: { authority: 'cluster', commonName: 'lab:coredns', use: client },
  'metrics-server': {
    authority: 'cluster',
    commonName: 'metrics-server',
    use: ['server'],
    dns: ['metrics-server.kube-system.svc'],
  },
  /** For whoever works on the lab; no component has it. */
  admin: { authority: 'cluster', commonName: 'lab:admin', organization: 'system:masters', use: client },
} as const satisfies Record<string, Identity>;

export type IdentityName = keyof typeof identities;

export const identityNames = Object.keys(identities) as IdentityName[];
