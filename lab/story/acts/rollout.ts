import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficReport } from '../../traffic/index.ts';
import type { Act } from '../act.ts';
import { revisionOf } from '../cluster/argo.ts';
import { minServing, podTimelines } from '../cluster/pods.ts';
import type { Expectations } from '../expectations.ts';
import { releaseNextVersion, waitUntilServedBy } from '../shop/releasing.ts';
import { type RunningShop, WEB_REPLICAS, waitUntilStable, watchStableShop } from '../shop/running-shop.ts';
import { readChart } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

function expectOrder(expect: Expectations, shop: RunningShop, version: string): void {
  const timelines = podTimelines(shop.pods.observations.map(({ object }) => object));
  const old = timelines.filter((pod) => pod.version !== version && pod.terminatingAt !== undefined);
  const updated = timelines.filter((pod) => pod.version === version);
  const firstReady = Math.min(...updated.map(({ readyAt }) => readyAt ?? Number.POSITIVE_INFINITY));
  const firstTerminating = Math.min(...old.map(({ terminatingAt }) => terminatingAt ?? Number.POSITIVE_INFINITY));
  const fewest = minServing(timelines, old);
  expect.holds(
    'old pods are terminated only after new ones are ready, by their own timestamps',
    old.length >= WEB_REPLICAS && firstTerminating > firstReady && fewest >= WEB_REPLICAS,
    `the first of ${old.length} old pods was terminated ${(firstTerminating - firstReady) / 1000} s after the first new one was ready; at least ${fewest} served at any time`,
  );
}

function expectVersions(expect: Expectations, { versions }: TrafficReport, version: string): void {
  const [old, updated] = versions;
  expect.holds(
    'customers see the old version, then the new one, and no other',
    versions.length === 2 && updated?.version === version && updated.last > (old?.last ?? 0),
    versions.map((seen) => `${seen.version} from ${seen.first.toFixed(1)} to ${seen.last.toFixed(1)} s`).join(', '),
  );
}

export const rollout: Act = {
  name: 'rollout',
  title: 'Argo CD rolls out the release',
  timeoutSeconds: 240,
  async play(stage) {
    const { world, expect, state } = stage;
    const shop = await watchStableShop(stage);
    const traffic = await stage.startTraffic();
    await sleep(2000);

    traffic.mark('tag pushed');
    const { version, commit, pushed, done } = await releaseNextVersion(stage, state.mergeCommit);
    const committed = performance.now();
    expect.within('from the pushed tag to the version on main', secondsSince(pushed), 45);
    traffic.mark(`${version} on main`);
    await shop.application.until('Argo CD to see the commit', 60, (items) =>
      items.some((application) => revisionOf(application) === commit),
    );
    expect.within('Argo CD, which polls from inside the cluster, sees the commit', secondsSince(committed), 10);
    traffic.mark('seen by Argo CD');
    await waitUntilServedBy(shop, version);
    expect.within('from the pushed tag to all pods on the new version', secondsSince(pushed), 60);
    traffic.mark('all pods new');
    await done;
    await waitUntilStable(shop, { revision: commit });

    const { images } = await readChart(world, commit);
    const image = images['shop/web'];
    const running = [...new Set(shop.pods.items.map(({ spec }) => spec.containers[0].image))];
    expect.holds(
      'the pods run the released image by its digest',
      running.length === 1 && running[0]?.endsWith(`/shop/web:${version}@${image?.digest}`) === true,
      running.join(', '),
    );
    expectOrder(expect, shop, version);
    const report = await expectNoneLost(expect, traffic);
    expectVersions(expect, report, version);
    state.version = version;
  },
};
