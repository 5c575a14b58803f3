import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../cluster/index.ts';
import type { Act } from '../act.ts';
import { type Deployment, variableOf } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import { API, deploymentPath, openShop, SHOP_NAMESPACE, servicePath, untilCalm, WEB } from '../shop/running-shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

const VARIABLE = 'LOG_LEVEL';
const LIMIT = 10;

/** Edits something by hand and waits until it is as before. Returns the seconds from the edit, which must itself be seen first. */
async function untilPutBack<T extends KubernetesObject>(
  watch: Watch<T>,
  isAsInGit: (items: readonly T[]) => boolean,
  edit: () => Promise<unknown>,
): Promise<number> {
  const started = performance.now();
  const putBack = async () => {
    await watch.until('the edit to be seen', 30, (items) => !isAsInGit(items));
    await watch.until('the edit to be put back', 60, isAsInGit);
    return secondsSince(started);
  };
  const [seconds] = await Promise.all([putBack(), edit()]);
  return seconds;
}

export const drift: Act = {
  name: 'drift',
  number: 11,
  title: 'Drift protection',
  limit: 180,
  async play(world, expect, _thread, progress, stage) {
    const { cluster } = world;
    const shop = await openShop(world, stage);
    const [api, services] = await Promise.all([
      Watch.open<Deployment>(cluster, deploymentPath(API), stage.signal),
      Watch.open<KubernetesObject>(cluster, servicePath(API), stage.signal),
    ]);
    const kubectl = (...args: string[]) => cluster.kubectl(...args, `--namespace=${SHOP_NAMESPACE}`);
    const traffic = await stage.startTraffic();
    await sleep(1000);

    const variable = ([deployment]: readonly Deployment[]) =>
      deployment && variableOf(deployment.spec.template.spec.containers[0], VARIABLE);
    const value = variable(shop.deployment.items);
    progress(`${VARIABLE} of ${WEB} is edited by hand`);
    traffic.mark('variable edited');
    const variableSeconds = await untilPutBack(
      shop.deployment,
      (items) => variable(items) === value,
      () => kubectl('set', 'env', `deployment/${WEB}`, `${VARIABLE}=debug`),
    );
    expect.within('an environment variable that was edited by hand is put back', variableSeconds, LIMIT);

    const replicas = api.items[0]?.spec.replicas ?? 0;
    progress(`${API}, which no autoscaler governs, is scaled by hand`);
    traffic.mark('replicas edited');
    const replicasSeconds = await untilPutBack(
      api,
      ([deployment]) => deployment?.spec.replicas === replicas,
      () => kubectl('scale', `deployment/${API}`, `--replicas=${replicas + 3}`),
    );
    expect.within("a replica count beyond the autoscaler's reach is put back", replicasSeconds, LIMIT);

    progress(`the Service of ${API} is deleted`);
    traffic.mark('Service deleted');
    const serviceSeconds = await untilPutBack(
      services,
      (items) => items.length === 1,
      () => kubectl('delete', 'service', API),
    );
    expect.within('a deleted Service is made again', serviceSeconds, LIMIT);

    await untilCalm(shop);
    await expectNoneLost(expect, traffic);
  },
};
