import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesObject } from '../../cluster/index.ts';
import type { Traffic } from '../../traffic/index.ts';
import type { Act, Stage } from '../act.ts';
import { isServing } from '../cluster/pods.ts';
import { Watch } from '../cluster/watch.ts';
import { WEB_REPLICAS, waitForBaseline, watchStableShop } from '../shop/running-shop.ts';
import { autoscalerPath, WEB } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
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
const TARGET_UTILIZATION = 80;
/** More than twice the replicas that the shop has without load. */
const SCALE_UP_TARGET = 2 * WEB_REPLICAS;
/**
 * Requests per second. Each step is added to the previous ones until they are enough. How much CPU a request takes depends on
 * the machine, and it takes less when the program is warm.
 */
const LOAD_STEPS = [400, 200, 200, 150, 150, 150, 150, 200, 200, 200];
/** Metrics are up to 10 s old and the autoscaler runs every 5 s. A shorter step would add load before the last one shows. */
const STEP_SECONDS = 16;
const SCALE_UP_SECONDS = 200;
/** Longer than the load is ever needed. */
const LOAD_SECONDS = 300;
/** Requests per second while the pods scale down: enough to notice a loss, far too few to keep pods running. */
const BACKGROUND_RATE = 100;

const currentCpu = ({ status }: Autoscaler) => status?.currentMetrics?.[0]?.resource?.current;

/** The number of replicas that would bring the CPU to the target. The autoscaler reaches it in steps. */
function getTargetReplicas(autoscaler: Autoscaler): number {
  const { averageUtilization = 0 } = currentCpu(autoscaler) ?? {};
  return ((autoscaler.status?.currentReplicas ?? 0) * averageUtilization) / TARGET_UTILIZATION;
}

/** Adds load step by step, as long as it is not enough, until `reached` resolves. */
async function raiseLoad(stage: Stage, reached: Promise<unknown>, isEnough: () => boolean): Promise<Traffic[]> {
  const loads: Traffic[] = [];
  for (const rate of LOAD_STEPS) {
    if (!isEnough()) loads.push(await stage.startTraffic({ rate, seconds: LOAD_SECONDS }));
    if (await Promise.race([reached.then(() => true), sleep(STEP_SECONDS * 1000, false)])) break;
  }
  await reached;
  return loads;
}

export const autoscale: Act = {
  name: 'autoscale',
  title: 'Pods scale with load',
  timeoutSeconds: 650,
  async play(stage) {
    const { world, expect, progress, signal } = stage;
    const shop = await watchStableShop(stage);
    await waitForBaseline(shop, 150);
    const autoscalers = await Watch.start<Autoscaler>(world.cluster, autoscalerPath(WEB), signal);
    const [autoscaler] = autoscalers.items;
    expect.equal(
      'the autoscaler keeps between 6 and 20 replicas',
      autoscaler && [autoscaler.spec.minReplicas, autoscaler.spec.maxReplicas],
      [6, 20],
    );

    const started = performance.now();
    const startedAt = Date.now();
    const scaledUp = shop.pods.until(`more than ${SCALE_UP_TARGET} pods to serve`, SCALE_UP_SECONDS + 60, (pods) => {
      const serving = pods.filter(isServing).length;
      return serving > SCALE_UP_TARGET && serving;
    });
    const loads = await raiseLoad(stage, scaledUp, () =>
      autoscalers.items.some((current) => getTargetReplicas(current) > SCALE_UP_TARGET),
    );
    expect.within(
      `load scales web from ${WEB_REPLICAS} to more than ${SCALE_UP_TARGET} replicas`,
      secondsSince(started),
      SCALE_UP_SECONDS,
    );
    const reports = await Promise.all(loads.map((load) => load.stop()));
    const underLoad = autoscalers.observations.filter(({ time }) => time > startedAt);
    const highest = Math.max(0, ...underLoad.map(({ object }) => currentCpu(object)?.averageUtilization ?? 0));
    expect.holds(
      'its CPU, as metrics-server measured it, was above the target',
      highest > TARGET_UTILIZATION,
      `up to ${highest} % at ${reports.reduce((sum, { rate }) => sum + rate, 0)} requests per second`,
    );

    progress(`${await scaledUp} pods serve: the load ends, background traffic continues`);
    const traffic = await stage.startTraffic({ rate: BACKGROUND_RATE });
    const ended = performance.now();
    await waitForBaseline(shop, 210);
    expect.within(`without load it scales down to ${WEB_REPLICAS}`, secondsSince(ended), 150);
    for (const recorded of [...loads, traffic]) await expectNoneLost(expect, recorded);
  },
};
