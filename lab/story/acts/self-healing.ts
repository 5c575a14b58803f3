import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../act.ts';
import { isLeaving, isReady, isServing, type Pod, restartsOf } from '../cluster/pods.ts';
import { openShop, SHOP_NAMESPACE, untilCalm, WEB_REPLICAS } from '../shop/running-shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

/**
 * What `kill 1` does, in an image without a shell. The kernel lets no process of a container kill its first one with
 * SIGKILL, and no signal that it does not handle: pid_namespaces(7).
 */
const KILL_1 = ['node', '-e', 'process.kill(1)'];

/** The kubelet restarts a container at once the first time, later ones only after a while: that one is not taken. */
const leastRestarted = (pods: readonly Pod[]): Pod | undefined =>
  pods.toSorted((a, b) => restartsOf(a) - restartsOf(b))[0];

export const selfHealing: Act = {
  name: 'self-healing',
  number: 10,
  title: 'Self-healing',
  limit: 180,
  async play(world, expect, _thread, progress, stage) {
    const shop = await openShop(world, stage);
    const namespace = `--namespace=${SHOP_NAMESPACE}`;
    const traffic = await stage.startTraffic();
    await sleep(2000);

    const victim = leastRestarted(shop.pods.items)?.metadata.name ?? '';
    const known = new Set(shop.pods.items.map(({ metadata }) => metadata.name));
    progress(`deleting ${victim}`);
    const deleted = performance.now();
    await world.cluster.kubectl('delete', 'pod', victim, namespace, '--wait=false');
    traffic.mark('pod deleted');
    await shop.pods.until('a new pod', 30, (pods) => pods.some(({ metadata }) => !known.has(metadata.name)));
    expect.within('a deleted pod is replaced', secondsSince(deleted), 5);
    await shop.pods.until(
      'the minimum of pods to be ready again',
      60,
      (pods) => pods.filter(isServing).length >= WEB_REPLICAS && pods.some((pod) => !known.has(pod.metadata.name)),
    );
    expect.within('and six pods serve again', secondsSince(deleted), 30);
    await untilCalm(shop);

    const target = leastRestarted(shop.pods.items);
    const name = target?.metadata.name ?? '';
    const restarts = target === undefined ? 0 : restartsOf(target);
    progress(`kill 1 in ${name}`);
    const killed = performance.now();
    await world.cluster.kubectl('exec', name, namespace, '--', ...KILL_1);
    traffic.mark('kill 1');
    const again = await shop.pods.until('its container to run again', 90, (pods) =>
      pods.find((pod) => pod.metadata.name === name && restartsOf(pod) > restarts && isReady(pod)),
    );
    expect.within('a pod whose process is killed from inside serves again', secondsSince(killed), 60);
    expect.holds(
      'it is the same pod, with its container started anew',
      !isLeaving(again),
      `${name}: ${restartsOf(again)} restarts, the last after exit code ${again.status.containerStatuses?.[0]?.lastState.terminated?.exitCode}`,
    );
    await sleep(2000);
    await expectNoneLost(expect, traffic);
  },
};
