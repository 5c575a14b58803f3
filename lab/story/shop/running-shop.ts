import { LabError } from '../../errors.ts';
import { type Application, applicationPath, isSettled, revisionOf, stateOf } from '../cluster/argo.ts';
import { type Deployment, isServing, type Pod } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import type { Stage } from '../stage.ts';
import { waitFor } from '../waiting.ts';
import type { World } from '../world.ts';

export const SHOP_NAMESPACE = 'shop';
export const WEB = 'shop-web';
export const API = 'shop-api';
/** Replicas of web that the autoscaler keeps without load. */
export const WEB_REPLICAS = 6;

const inNamespace = (group: string, rest: string): string => `/${group}/namespaces/${SHOP_NAMESPACE}/${rest}`;

export const podsPath = (component: 'web' | 'api'): string =>
  inNamespace('api/v1', `pods?labelSelector=app.kubernetes.io%2Fcomponent%3D${component}`);

export const deploymentPath = (name: string): string =>
  inNamespace('apis/apps/v1', `deployments?fieldSelector=metadata.name%3D${name}`);

export const servicePath = (name: string): string =>
  inNamespace('api/v1', `services?fieldSelector=metadata.name%3D${name}`);

/** What acts follow of the shop in the cluster. */
export interface RunningShop {
  application: Watch<Application>;
  deployment: Watch<Deployment>;
  /** Of web. */
  pods: Watch<Pod>;
}

export async function watchShop({ cluster }: World, { signal }: Stage): Promise<RunningShop> {
  const [application, deployment, pods] = await Promise.all([
    Watch.open<Application>(cluster, applicationPath('shop'), signal),
    Watch.open<Deployment>(cluster, deploymentPath(WEB), signal),
    Watch.open<Pod>(cluster, podsPath('web'), signal),
  ]);
  return { application, deployment, pods };
}

/**
 * Waits until the shop is as Git wants it (as that commit wants it), and every pod that the autoscaler wants serves, no
 * others being left. How many that are is the machine's affair: traffic costs CPU.
 */
export async function untilCalm(shop: RunningShop, seconds = 120, revision?: string): Promise<void> {
  const settled = (applications: readonly Application[]) =>
    applications.some((each) => isSettled(each) && (revision === undefined || revisionOf(each) === revision));
  await shop.application.until('the Application to be Synced and Healthy', seconds, settled);
  await waitFor(
    `as many web pods that serve as there shall be, ${WEB_REPLICAS} at least, and no others`,
    seconds,
    async () => {
      const pods = shop.pods.items;
      const wanted = shop.deployment.items[0]?.spec.replicas ?? 0;
      return wanted >= WEB_REPLICAS && pods.length === wanted && pods.every(isServing);
    },
  );
}

/** Waits until the shop has the replicas that it has without load. */
export async function untilAtRest(shop: RunningShop, seconds: number): Promise<void> {
  await shop.pods.until(
    `${WEB_REPLICAS} web pods that serve, and no others`,
    seconds,
    (pods) => pods.length === WEB_REPLICAS && pods.every(isServing),
  );
}

/** What every act that needs a running shop starts with: it follows the shop, and waits until nothing moves any more. */
export async function openShop(world: World, stage: Stage): Promise<RunningShop> {
  const shop = await watchShop(world, stage);
  const [application] = shop.application.items;
  if (application === undefined) {
    throw new LabError(
      'The shop does not run in the cluster.',
      'Play the acts that bring it there: merge release first-sync.',
    );
  }
  await untilCalm(shop).catch((cause: Error) => {
    const [now] = shop.application.items;
    throw new LabError(
      `The shop does not come to rest (${now === undefined ? 'it is gone' : stateOf(now)}): ${cause.message}.`,
      'A broken release is taken back by: npm run lab -- play rollback.',
      { cause },
    );
  });
  return shop;
}
