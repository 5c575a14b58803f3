import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../act.ts';
import { isReady, isServing, isTerminating, type Pod, restartsOf } from '../cluster/pods.ts';
import { WEB_REPLICAS, waitUntilStable, watchStableShop } from '../shop/running-shop.ts';
import { SHOP_NAMESPACE } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

/**
 * `kill 1` for an image without a shell. The kernel does not let a process of a container kill its first process with
 * SIGKILL, or with a signal that it does not handle: pid_namespaces(7).
 */
const KILL_1 = ['node', '-e', 'process.kill(1)'];

/** The kubelet restarts a container immediately the first time and later with a back-off, so a fresh pod is preferred. */
const leastRestarted = (pods: readonly Pod[]): Pod | undefined =>
  pods.toSorted((a, b) => restartsOf(a) - restartsOf(b))[0];

export const selfHealing: Act = {
  name: 'self-healing',
  title: 'Pods heal themselves',
  timeoutSeconds: 180,
  async play(stage) {
    const { world, expect, progress } = stage;
    const shop = await watchStableShop(stage);
    const namespace = `--namespace=${SHOP_NAMESPACE}`;
    const traffic = await stage.startTraffic();
    await sleep(2000);

    const victim = leastRestarted(shop.pods.items)?.metadata.name ?? '';
    const before = new Set(shop.pods.items.map(({ metadata }) => metadata.name));
    progress(`deleting ${victim}`);
    const deleted = performance.now();
    await world.cluster.kubectl('delete', 'pod', victim, namespace, '--wait=false');
    traffic.mark('pod deleted');
    await shop.pods.until('a new pod', 30, (pods) => pods.some(({ metadata }) => !before.has(metadata.name)));
    expect.within('a deleted pod is replaced', secondsSince(deleted), 5);
    await shop.pods.until(
      `${WEB_REPLICAS} pods to serve again`,
      60,
      (pods) => pods.filter(isServing).length >= WEB_REPLICAS && pods.some((pod) => !before.has(pod.metadata.name)),
    );
    expect.within('six pods serve again', secondsSince(deleted), 30);
    await waitUntilStable(shop);

    const target = leastRestarted(shop.pods.items);
    const name = target?.metadata.name ?? '';
    const restarts = target === undefined ? 0 : restartsOf(target);
    progress(`kill 1 in ${name}`);
    const killed = performance.now();
    await world.cluster.kubectl('exec', name, namespace, '--', ...KILL_1);
    traffic.mark('kill 1');
    const restarted = await shop.pods.until('its container to run again', 90, (pods) =>
      pods.find((pod) => pod.metadata.name === name && restartsOf(pod) > restarts && isReady(pod)),
    );
    expect.within('a pod whose process is killed from inside serves again', secondsSince(killed), 60);
    expect.holds(
      'it is the same pod with a restarted container',
      !isTerminating(restarted),
      `${name}: ${restartsOf(restarted)} restarts, the last after exit code ${restarted.status.containerStatuses?.[0]?.lastState.terminated?.exitCode}`,
    );
    await sleep(2000);
    await expectNoneLost(expect, traffic);
  },
};
