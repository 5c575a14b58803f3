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

/** For example `Synced, Healthy`. */
export function formatState({ status }: Application): string {
  return `${status?.sync?.status ?? 'not synced yet'}, ${status?.health?.status ?? 'health not known yet'}`;
}

export const isSyncedAndHealthy = (application: Application): boolean => formatState(application) === 'Synced, Healthy';

/** The commit that Argo CD compares the cluster with. */
export const revisionOf = ({ status }: Application): string | undefined => status?.sync?.revision;

/** Whether Argo CD has compared it with Git since then. Timestamps of the API have no fractions of a second. */
export function isReconciledSince({ status }: Application, time: Date): boolean {
  return Date.parse(status?.reconciledAt ?? '') > time.getTime();
}
