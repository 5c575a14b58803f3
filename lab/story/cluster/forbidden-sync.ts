import type { Stage } from '../act.ts';
import { type Application, ARGO_NAMESPACE, applicationPath } from './argo.ts';
import { Watch } from './watch.ts';

interface ApplicationWithSource extends Application {
  spec: { source: { repoURL: string } };
}

/** Why Argo CD did not sync an application; undefined while it has not decided. */
function denialReason({ status }: Application): string | undefined {
  const invalid = status?.conditions?.find(({ type }) => type === 'InvalidSpecError');
  const resources = status?.operationState?.syncResult?.resources ?? [];
  return invalid?.message ?? resources.find(({ message }) => message?.includes('not permitted'))?.message;
}

/**
 * Creates an application in the shop's project with a source or destination that the project does not allow, waits until
 * Argo CD has tried to sync it, and deletes it.
 * @returns Argo CD's message
 */
export async function attemptForbiddenSync(
  { world: { cluster }, signal }: Stage,
  { path, namespace }: { path: string; namespace: string },
): Promise<string> {
  // A separate name for each attempt, so that a late message about an earlier one is not taken for this one's.
  const name = `forbidden-sync-to-${namespace}`;
  const remove = () =>
    cluster.kubectl('delete', 'application', name, `--namespace=${ARGO_NAMESPACE}`, '--ignore-not-found');
  const shop = await cluster.get<ApplicationWithSource>('application', 'shop', `--namespace=${ARGO_NAMESPACE}`);
  const { repoURL } = shop.spec.source;
  await remove();
  try {
    await cluster.apply([
      {
        apiVersion: shop.apiVersion,
        kind: shop.kind,
        metadata: { name, namespace: ARGO_NAMESPACE },
        spec: {
          project: 'shop',
          source: { repoURL, targetRevision: 'main', path },
          destination: { server: 'https://kubernetes.default.svc', namespace },
          syncPolicy: { automated: {} },
        },
      },
    ]);
    const watch = await Watch.start<Application>(cluster, applicationPath(name), signal);
    return await watch.until('Argo CD to reject it', 60, ([application]) => application && denialReason(application));
  } finally {
    await remove();
  }
}
