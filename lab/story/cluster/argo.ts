import type { KubernetesObject } from '../../cluster/index.ts';

export const ARGO_NAMESPACE = 'argocd';

export interface Application extends KubernetesObject {
  status?: {
    sync?: { status: 'Synced' | 'OutOfSync' | 'Unknown'; revision?: string };
    health?: { status: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown' };
    operationState?: {
      phase: string;
      message?: string;
      syncResult?: { revision: string; resources?: { message?: string }[] };
    };
    conditions?: { type: string; message: string }[];
    reconciledAt?: string;
  };
}

export const applicationPath = (name: string): string =>
  `/apis/argoproj.io/v1alpha1/namespaces/${ARGO_NAMESPACE}/applications?fieldSelector=metadata.name%3D${name}`;

/** `Synced, Healthy` */
export function stateOf({ status }: Application): string {
  return `${status?.sync?.status ?? 'not synced yet'}, ${status?.health?.status ?? 'health not known yet'}`;
}

export const isSettled = (application: Application): boolean => stateOf(application) === 'Synced, Healthy';

/** The commit that Argo CD compares the cluster with. */
export const revisionOf = ({ status }: Application): string | undefined => status?.sync?.revision;

/** Has Argo CD looked at it since? Times of the API have no fractions of a second. */
export function isReconciledSince({ status }: Application, time: Date): boolean {
  return Date.parse(status?.reconciledAt ?? '') > time.getTime();
}
