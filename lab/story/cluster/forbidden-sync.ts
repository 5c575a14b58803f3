import type { Stage } from '../stage.ts';
import type { World } from '../world.ts';
import { type Application, ARGO_NAMESPACE, applicationPath } from './argo.ts';
import { Watch } from './watch.ts';

interface Attempt extends Application {
  spec: { source: { repoURL: string } };
}

/** Why Argo CD did not do what an application wants; undefined while it has not decided. */
function refusalOf({ status }: Application): string | undefined {
  const invalid = status?.conditions?.find(({ type }) => type === 'InvalidSpecError');
  const resources = status?.operationState?.syncResult?.resources ?? [];
  return invalid?.message ?? resources.find(({ message }) => message?.includes('not permitted'))?.message;
}

/**
 * Makes an application of the shop's project that wants what the project does not allow, has Argo CD try it, and removes it.
 * @returns what Argo CD says
 */
export async function tryBeyondProject(
  { cluster }: World,
  { signal }: Stage,
  wish: { path: string; namespace: string },
): Promise<string> {
  // A name of its own: what Argo CD still has to say of an earlier one must not reach this one.
  const name = `beyond-the-project-in-${wish.namespace}`;
  const remove = () =>
    cluster.kubectl('delete', 'application', name, `--namespace=${ARGO_NAMESPACE}`, '--ignore-not-found');
  const shop = await cluster.get<Attempt>('application', 'shop', `--namespace=${ARGO_NAMESPACE}`);
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
          source: { repoURL, targetRevision: 'main', path: wish.path },
          destination: { server: 'https://kubernetes.default.svc', namespace: wish.namespace },
          syncPolicy: { automated: {} },
        },
      },
    ]);
    const watch = await Watch.open<Application>(cluster, applicationPath(name), signal);
    return await watch.until('Argo CD to refuse it', 60, ([application]) => application && refusalOf(application));
  } finally {
    await remove();
  }
}
