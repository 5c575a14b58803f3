import type { KubernetesObject } from '../../cluster/index.ts';
import type { Act } from '../act.ts';
import { isServing } from '../pods.ts';
import { openShop, SHOP_NAMESPACE, untilCalm, WEB, WEB_REPLICAS } from '../running-shop.ts';
import { expectNoneLost } from '../shop-traffic.ts';
import { secondsSince } from '../waiting.ts';
import { Watch } from '../watch.ts';

interface Autoscaler extends KubernetesObject {
  spec: { minReplicas: number; maxReplicas: number };
  status?: {
    currentReplicas?: number;
    desiredReplicas?: number;
    currentMetrics?: { resource?: { current: { averageUtilization?: number } } }[];
  };
}

/** More than the shop has without load, and more than twice as much. */
const ENOUGH = 2 * WEB_REPLICAS;
const LOAD = 700;
const LOAD_SECONDS = 120;

const utilization = ({ status }: Autoscaler): number | undefined =>
  status?.currentMetrics?.[0]?.resource?.current.averageUtilization;

const shown = (autoscaler: Autoscaler): string =>
  `CPU at ${utilization(autoscaler) ?? '?'} % of the request, ${autoscaler.status?.desiredReplicas} replicas wanted`;

export const autoscale: Act = {
  name: 'autoscale',
  number: 4,
  title: 'Pods scale',
  limit: 300,
  async play(world, expect, _thread, progress, stage) {
    const shop = await openShop(world, stage);
    const autoscalers = await Watch.open<Autoscaler>(
      world.cluster,
      `/apis/autoscaling/v2/namespaces/${SHOP_NAMESPACE}/horizontalpodautoscalers?fieldSelector=metadata.name%3D${WEB}`,
      stage.signal,
    );
    const [autoscaler] = autoscalers.items;
    expect.equal(
      'the autoscaler keeps between 6 and 20 replicas',
      autoscaler && [autoscaler.spec.minReplicas, autoscaler.spec.maxReplicas],
      [6, 20],
    );

    const load = await stage.startTraffic({ rate: LOAD, seconds: LOAD_SECONDS });
    const started = performance.now();
    const hot = await autoscalers.until('CPU over the target', 60, (items) =>
      items.find((each) => (utilization(each) ?? 0) > 80),
    );
    progress(shown(hot));
    const most = await shop.pods.until(`more than ${ENOUGH} pods that serve`, LOAD_SECONDS, (pods) => {
      const serving = pods.filter(isServing).length;
      return serving > ENOUGH && serving;
    });
    expect.within(
      `load drives web from ${WEB_REPLICAS} to more than ${ENOUGH} replicas`,
      secondsSince(started),
      LOAD_SECONDS,
    );
    expect.holds(
      'by the CPU that the metrics server measured',
      (utilization(hot) ?? 0) > 80,
      `${utilization(hot)} %, then ${most} pods that serve`,
    );
    const loaded = await load.stop();

    progress(`${most} pods serve: the load ends, steady traffic goes on`);
    const traffic = await stage.startTraffic();
    const ended = performance.now();
    await untilCalm(shop, 150);
    expect.within(`without load it goes back to ${WEB_REPLICAS}`, secondsSince(ended), 150);
    await expectNoneLost(expect, load);
    await expectNoneLost(expect, traffic);
    expect.holds(
      'the load was what it should be',
      loaded.requests > 0,
      `${Math.round(loaded.requests / loaded.seconds)} requests a second`,
    );
  },
};
