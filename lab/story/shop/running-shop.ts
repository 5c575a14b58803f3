import { LabError } from '../../errors.ts';
import type { Stage } from '../act.ts';
import { type Application, applicationPath, formatState, isSyncedAndHealthy, revisionOf } from '../cluster/argo.ts';
import { type Deployment, isServing, type Pod } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import { waitFor } from '../waiting.ts';
import { deploymentPath, podsPath, WEB } from './shop.ts';

/** Replicas of web that the autoscaler keeps without load. */
export const WEB_REPLICAS = 6;

/** What acts watch of the shop in the cluster. */
export interface RunningShop {
  application: Watch<Application>;
  deployment: Watch<Deployment>;
  /** Of web. */
  pods: Watch<Pod>;
}

export async function watchShop({ world: { cluster }, signal }: Stage): Promise<RunningShop> {
  const [application, deployment, pods] = await Promise.all([
    Watch.start<Application>(cluster, applicationPath('shop'), signal),
    Watch.start<Deployment>(cluster, deploymentPath(WEB), signal),
    Watch.start<Pod>(cluster, podsPath('web'), signal),
  ]);
  return { application, deployment, pods };
}

/**
 * Waits until the shop is Synced and Healthy (at `revision`), all replicas that the autoscaler requests serve, and no other
 * pods exist. Their number depends on the machine, because traffic uses CPU.
 */
export async function waitUntilStable(
  shop: RunningShop,
  { seconds = 120, revision }: { seconds?: number; revision?: string } = {},
): Promise<void> {
  const isStable = (applications: readonly Application[]) =>
    applications.some(
      (application) =>
        isSyncedAndHealthy(application) && (revision === undefined || revisionOf(application) === revision),
    );
  await shop.application.until('the Application to be Synced and Healthy', seconds, isStable);
  await waitFor(`all web pods of the Deployment, at least ${WEB_REPLICAS}, to serve`, seconds, async () => {
    const pods = shop.pods.items;
    const replicas = shop.deployment.items[0]?.spec.replicas ?? 0;
    return replicas >= WEB_REPLICAS && pods.length === replicas && pods.every(isServing);
  });
}

/** Waits until the shop has the replicas that it has without load. */
export async function waitForBaseline(shop: RunningShop, seconds: number): Promise<void> {
  await shop.pods.until(
    `${WEB_REPLICAS} web pods to serve, and no others to exist`,
    seconds,
    (pods) => pods.length === WEB_REPLICAS && pods.every(isServing),
  );
}

/** Starts to watch the shop and waits until it is stable: the beginning of every act that needs a running shop. */
export async function watchStableShop(stage: Stage): Promise<RunningShop> {
  const shop = await watchShop(stage);
  const [application] = shop.application.items;
  if (application === undefined) {
    throw new LabError(
      'The shop does not run in the cluster.',
      'Play the acts that deploy it: npm run lab -- play merge release first-sync.',
    );
  }
  await waitUntilStable(shop).catch((cause: Error) => {
    const [current] = shop.application.items;
    const state = current === undefined ? 'its Application was deleted' : formatState(current);
    throw new LabError(
      `The shop does not become stable (${state}): ${cause.message}.`,
      'To revert a broken release, run: npm run lab -- play rollback.',
      { cause },
    );
  });
  return shop;
}
