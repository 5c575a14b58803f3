import { NETWORK, NODE_NAME } from '../layout.ts';

/** The signer: the cluster's authority, or a separate one for components that must not trust all certificates of the cluster. */
export type Authority = 'cluster' | 'etcd' | 'front-proxy';

export const authorities: readonly Authority[] = ['cluster', 'etcd', 'front-proxy'];

export interface Identity {
  authority: Authority;
  /** The Kubernetes user name of a client. */
  commonName: string;
  /** The Kubernetes group of a client. */
  organization?: string;
  use: readonly ('client' | 'server')[];
  dns?: readonly string[];
  addresses?: readonly string[];
}

const LOCALHOST = { dns: ['localhost'], addresses: ['127.0.0.1'] } as const;
const CLIENT_ONLY = ['client'] as const;

/**
 * A certificate for each component and purpose. Users and groups have the names to which Kubernetes binds its default
 * roles: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#core-component-roles
 */
export const identities = {
  etcd: { authority: 'etcd', commonName: 'etcd', use: ['server', 'client'], ...LOCALHOST },
  /** The only client that etcd accepts: its authority signs no other client certificate. */
  'apiserver-etcd-client': { authority: 'etcd', commonName: 'kube-apiserver', use: CLIENT_ONLY },
  apiserver: {
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
  /** The lab binds it to system:kubelet-api-admin. */
  'apiserver-kubelet-client': { authority: 'cluster', commonName: 'lab:api-server', use: CLIENT_ONLY },
  'front-proxy-client': { authority: 'front-proxy', commonName: 'front-proxy', use: CLIENT_ONLY },
  'controller-manager': {
    authority: 'cluster',
    commonName: 'system:kube-controller-manager',
    use: ['client', 'server'],
    ...LOCALHOST,
  },
  scheduler: { authority: 'cluster', commonName: 'system:kube-scheduler', use: ['client', 'server'], ...LOCALHOST },
  kubelet: {
    authority: 'cluster',
    commonName: `system:node:${NODE_NAME}`,
    organization: 'system:nodes',
    use: ['client', 'server'],
    dns: [NODE_NAME],
    addresses: [NETWORK.nodeAddress],
  },
  'kube-proxy': { authority: 'cluster', commonName: 'system:kube-proxy', use: CLIENT_ONLY },
  /** The lab binds it to a role with the same name. */
  coredns: { authority: 'cluster', commonName: 'lab:coredns', use: CLIENT_ONLY },
  /** The lab binds it to a role with the same name. */
  'kube-router': { authority: 'cluster', commonName: 'lab:kube-router', use: CLIENT_ONLY },
  'metrics-server': {
    authority: 'cluster',
    commonName: 'metrics-server',
    use: ['server'],
    dns: ['metrics-server.kube-system.svc'],
  },
  /** For users of the lab; no component uses it. */
  admin: { authority: 'cluster', commonName: 'lab:admin', organization: 'system:masters', use: CLIENT_ONLY },
} as const satisfies Record<string, Identity>;

export type IdentityName = keyof typeof identities;

export const identityNames = Object.keys(identities) as IdentityName[];
