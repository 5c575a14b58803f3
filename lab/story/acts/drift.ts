import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../cluster/index.ts';
import type { Act } from '../act.ts';
import { type Deployment, variableOf } from '../pods.ts';
import { API, deploymentPath, openShop, SHOP_NAMESPACE, untilCalm, WEB } from '../running-shop.ts';
import { expectNoneLost } from '../shop-traffic.ts';
import { secondsSince } from '../waiting.ts';
import { Watch } from '../watch.ts';

const VARIABLE = 'LOG_LEVEL';

export const drift: Act = {
  name: 'drift',
  number: 11,
  title: 'Drift protection',
  limit: 180,
  async play(world, expect, _thread, progress, stage) {
    const shop = await openShop(world, stage);
    const kubectl = (...args: string[]) => world.cluster.kubectl(...args, `--namespace=${SHOP_NAMESPACE}`);
    const api = await Watch.open<Deployment>(world.cluster, deploymentPath(API), stage.signal);
    const services = await Watch.open<KubernetesObject>(
      world.cluster,
      `/api/v1/namespaces/${SHOP_NAMESPACE}/services?fieldSelector=metadata.name%3D${API}`,
      stage.signal,
    );
    const traffic = await stage.startTraffic();
    await sleep(1000);

    // With a deadline for each: not seeing the edit itself would take a correction that came first for none.
    const variable = ([deployment]: readonly Deployment[]) =>
      deployment && variableOf(deployment.spec.template.spec.containers[0], VARIABLE);
    const value = variable(shop.deployment.items);
    progress(`${VARIABLE} of ${WEB} is edited by hand`);
    let edited = performance.now();
    await kubectl('set', 'env', `deployment/${WEB}`, `${VARIABLE}=debug`);
    traffic.mark('variable edited');
    await shop.deployment.until(`${VARIABLE} to be as in Git`, 60, (items) => variable(items) === value);
    expect.within('an environment variable that was edited by hand is put back', secondsSince(edited), 10);
    const seen = shop.deployment.sightings.some(({ object }) => variable([object]) === 'debug');
    expect.equal(
      `${VARIABLE} is what Git says, after it was not`,
      [variable(shop.deployment.items), seen],
      [value, true],
    );

    const replicas = api.items[0]?.spec.replicas ?? 0;
    progress(`${API}, which no autoscaler governs, is scaled by hand`);
    edited = performance.now();
    await kubectl('scale', `deployment/${API}`, `--replicas=${replicas + 3}`);
    traffic.mark('replicas edited');
    await api.until(`${replicas} replicas again`, 60, ([deployment]) => deployment?.spec.replicas === replicas);
    expect.within("a replica count beyond the autoscaler's reach is put back", secondsSince(edited), 10);

    progress(`the Service of ${API} is deleted`);
    const old = services.items[0]?.metadata as { uid?: string } | undefined;
    edited = performance.now();
    await kubectl('delete', 'service', API);
    traffic.mark('Service deleted');
    await services.until('the Service to be there again', 60, ([service]) => {
      const uid = (service?.metadata as { uid?: string } | undefined)?.uid;
      return uid !== undefined && uid !== old?.uid;
    });
    expect.within('a deleted Service is made again', secondsSince(edited), 10);

    await untilCalm(shop);
    await expectNoneLost(expect, traffic);
  },
};
