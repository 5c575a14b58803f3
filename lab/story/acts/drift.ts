import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../cluster/index.ts';
import type { Act } from '../act.ts';
import { type Deployment, envValue } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import { waitUntilStable, watchStableShop } from '../shop/running-shop.ts';
import { API, deploymentPath, SHOP_NAMESPACE, servicePath, WEB } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

const VARIABLE = 'LOG_LEVEL';
const REVERT_SECONDS = 10;

/** Edits something by hand and waits until the edit has been observed and reverted. Returns the seconds since the edit. */
async function waitUntilReverted<T extends KubernetesObject>(
  watch: Watch<T>,
  isAsInGit: (items: readonly T[]) => boolean,
  edit: () => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  const revert = async () => {
    await watch.until('the edit to be observed', 30, (items) => !isAsInGit(items));
    await watch.until('the edit to be reverted', 60, isAsInGit);
    return secondsSince(started);
  };
  const [seconds] = await Promise.all([revert(), edit()]);
  return seconds;
}

export const drift: Act = {
  name: 'drift',
  title: 'Drift is reverted',
  timeoutSeconds: 180,
  async play(stage) {
    const { expect, progress, signal } = stage;
    const { cluster } = stage.world;
    const shop = await watchStableShop(stage);
    const [api, services] = await Promise.all([
      Watch.start<Deployment>(cluster, deploymentPath(API), signal),
      Watch.start<KubernetesObject>(cluster, servicePath(API), signal),
    ]);
    const kubectl = (...args: string[]) => cluster.kubectl(...args, `--namespace=${SHOP_NAMESPACE}`);
    const traffic = await stage.startTraffic();
    await sleep(1000);

    const variable = ([deployment]: readonly Deployment[]) =>
      deployment && envValue(deployment.spec.template.spec.containers[0], VARIABLE);
    const value = variable(shop.deployment.items);
    progress(`${VARIABLE} of ${WEB} is edited by hand`);
    traffic.mark('variable edited');
    const variableSeconds = await waitUntilReverted(
      shop.deployment,
      (items) => variable(items) === value,
      () => kubectl('set', 'env', `deployment/${WEB}`, `${VARIABLE}=debug`),
    );
    expect.within('an environment variable edited by hand is reverted', variableSeconds, REVERT_SECONDS);

    const replicas = api.items[0]?.spec.replicas ?? 0;
    progress(`${API}, which has no autoscaler, is scaled by hand`);
    traffic.mark('replicas edited');
    const replicasSeconds = await waitUntilReverted(
      api,
      ([deployment]) => deployment?.spec.replicas === replicas,
      () => kubectl('scale', `deployment/${API}`, `--replicas=${replicas + 3}`),
    );
    expect.within('a replica count that no autoscaler manages is reverted', replicasSeconds, REVERT_SECONDS);

    progress(`the Service of ${API} is deleted`);
    traffic.mark('Service deleted');
    const serviceSeconds = await waitUntilReverted(
      services,
      (items) => items.length === 1,
      () => kubectl('delete', 'service', API),
    );
    expect.within('a deleted Service is created again', serviceSeconds, REVERT_SECONDS);

    await waitUntilStable(shop);
    await expectNoneLost(expect, traffic);
  },
};
