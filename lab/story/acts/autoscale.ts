import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../cluster/index.ts';
import type { Traffic } from '../../traffic/index.ts';
import type { Act } from '../act.ts';
import { isServing } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import { openShop, SHOP_NAMESPACE, untilAtRest, WEB, WEB_REPLICAS } from '../shop/running-shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import type { Stage } from '../stage.ts';
import { secondsSince } from '../waiting.ts';

interface Autoscaler extends KubernetesObject {
  spec: { minReplicas: number; maxReplicas: number };
  status?: {
    currentReplicas?: number;
    desiredReplicas?: number;
    currentMetrics?: { resource?: { current: { averageUtilization?: number } } }[];
  };
}

/** Percent of the CPU request. */
const TARGET = 80;
/** More than the shop has without load, and more than twice as much. */
const ENOUGH = 2 * WEB_REPLICAS;
/**
 * Requests a second, each added to those before it while they are not enough: how much CPU a request takes is the machine's
 * affair, and it takes less when the program is warm.
 */
const STEPS = [400, 200, 200, 150, 150, 150, 150, 200, 200, 200];
/** Metrics are 10 s old at most and the autoscaler looks every 5 s: less would add load before what is there has shown. */
const STEP_SECONDS = 16;
const LIMIT = 200;
/** Longer than any of it is waited for. */
const LOAD_SECONDS = 300;
/** A second, while the pods go: enough to see a loss, and far from what would keep them. */
const REST_RATE = 100;

const currentCpu = ({ status }: Autoscaler) => status?.currentMetrics?.[0]?.resource?.current;

/** How many replicas would bring the CPU to the target; the autoscaler goes there in steps. */
function replicasFor(autoscaler: Autoscaler): number {
  const { averageUtilization = 0 } = currentCpu(autoscaler) ?? {};
  return ((autoscaler.status?.currentReplicas ?? 0) * averageUtilization) / TARGET;
}

/** Adds load, a step after the other, where there is not enough, until `reached`. */
async function raiseLoad(stage: Stage, reached: Promise<unknown>, isEnough: () => boolean): Promise<Traffic[]> {
  const loads: Traffic[] = [];
  for (const rate of STEPS) {
    if (!isEnough()) loads.push(await stage.startTraffic({ rate, seconds: LOAD_SECONDS }));
    if (await Promise.race([reached.then(() => true), sleep(STEP_SECONDS * 1000, false)])) break;
  }
  await reached;
  return loads;
}

export const autoscale: Act = {
  name: 'autoscale',
  number: 4,
  title: 'Pods scale',
  limit: 650,
  async play(world, expect, _thread, progress, stage) {
    const shop = await openShop(world, stage);
    await untilAtRest(shop, 150);
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

    const started = performance.now();
    const startedAt = Date.now();
    const most = shop.pods.until(`more than ${ENOUGH} pods that serve`, LIMIT + 60, (pods) => {
      const serving = pods.filter(isServing).length;
      return serving > ENOUGH && serving;
    });
    const loads = await raiseLoad(stage, most, () => autoscalers.items.some((each) => replicasFor(each) > ENOUGH));
    expect.within(`load drives web from ${WEB_REPLICAS} to more than ${ENOUGH} replicas`, secondsSince(started), LIMIT);
    const reports = await Promise.all(loads.map((load) => load.stop()));
    const underLoad = autoscalers.sightings.filter(({ time }) => time > startedAt);
    const highest = Math.max(0, ...underLoad.map(({ object }) => currentCpu(object)?.averageUtilization ?? 0));
    expect.holds(
      'for its CPU, as the metrics server measured it, was over the target',
      highest > TARGET,
      `up to ${highest} % at ${reports.reduce((sum, { rate }) => sum + rate, 0)} requests a second`,
    );

    progress(`${await most} pods serve: the load ends, steady traffic goes on`);
    const traffic = await stage.startTraffic({ rate: REST_RATE });
    const ended = performance.now();
    await untilAtRest(shop, 210);
    expect.within(`without load it goes back to ${WEB_REPLICAS}`, secondsSince(ended), 150);
    for (const each of [...loads, traffic]) await expectNoneLost(expect, each);
  },
};
