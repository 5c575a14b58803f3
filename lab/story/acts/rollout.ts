import { setTimeout as sleep } from 'node:timers/promises';
import type { TrafficReport } from '../../traffic/index.ts';
import type { Act } from '../act.ts';
import { revisionOf } from '../cluster/argo.ts';
import { fewestServing, livesOf } from '../cluster/pods.ts';
import type { Expectations } from '../expectations.ts';
import { releaseNext, untilServedBy } from '../shop/releasing.ts';
import { openShop, type RunningShop, untilCalm, WEB_REPLICAS } from '../shop/running-shop.ts';
import { chartAt } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

function expectOrder(expect: Expectations, shop: RunningShop, version: string): void {
  const lives = livesOf(shop.pods.sightings.map(({ object }) => object));
  const old = lives.filter((life) => life.version !== version && life.leftAt !== undefined);
  const fresh = lives.filter((life) => life.version === version);
  const firstReady = Math.min(...fresh.map(({ readyAt }) => readyAt ?? Number.POSITIVE_INFINITY));
  const firstGone = Math.min(...old.map(({ leftAt }) => leftAt ?? Number.POSITIVE_INFINITY));
  const fewest = fewestServing(lives, old);
  expect.holds(
    'old pods go only when new ones are ready, by the times of the pods themselves',
    old.length >= WEB_REPLICAS && firstGone > firstReady && fewest >= WEB_REPLICAS,
    `the first of ${old.length} old ones went ${(firstGone - firstReady) / 1000} s after the first new one was ready; never fewer than ${fewest} served`,
  );
}

function expectVersions(expect: Expectations, { versions }: TrafficReport, version: string): void {
  const [old, fresh] = versions;
  expect.holds(
    'customers see the old version, then the new one, and no other',
    versions.length === 2 && fresh?.version === version && fresh.last > (old?.last ?? 0),
    versions.map((each) => `${each.version} from ${each.first.toFixed(1)} to ${each.last.toFixed(1)} s`).join(', '),
  );
}

export const rollout: Act = {
  name: 'rollout',
  number: 9,
  title: 'Argo CD deploys it',
  limit: 240,
  async play(world, expect, thread, progress, stage) {
    const shop = await openShop(world, stage);
    const traffic = await stage.startTraffic();
    await sleep(2000);

    traffic.mark('tag pushed');
    const { version, commit, pushed, done } = await releaseNext(world, expect, progress, thread.mergeCommit);
    const committed = performance.now();
    expect.within('from the pushed tag to the version on main', secondsSince(pushed), 45);
    traffic.mark(`${version} on main`);
    await shop.application.until('Argo CD to see the commit', 60, (items) =>
      items.some((each) => revisionOf(each) === commit),
    );
    expect.within('Argo CD sees the commit, asking from inside,', secondsSince(committed), 10);
    traffic.mark('seen by Argo CD');
    await untilServedBy(shop, version);
    expect.within('from the pushed tag to all pods on the new version', secondsSince(pushed), 60);
    traffic.mark('all pods new');
    await done;
    await untilCalm(shop, 120, commit);

    const { images } = await chartAt(world, commit);
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
    thread.version = version;
  },
};
