import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../act.ts';
import { revisionOf } from '../argo.ts';
import { expectRun } from '../changes.ts';
import type { Expectations } from '../expectations.ts';
import { isServing, type Pod, replacementOf, versionOf } from '../pods.ts';
import { openShop, type RunningShop, untilCalm, WEB_REPLICAS } from '../running-shop.ts';
import { chartAt } from '../shop.ts';
import { expectNoneLost } from '../shop-traffic.ts';
import { lastBuiltCommit, nextVersion, pushTag } from '../tags.ts';
import { secondsSince, waitFor } from '../waiting.ts';

/** The last that was seen of each pod of web. */
function lastSightings(shop: RunningShop): Pod[] {
  return [...new Map(shop.pods.sightings.map(({ object }) => [object.metadata.name, object])).values()];
}

function expectOrder(expect: Expectations, shop: RunningShop, version: string): void {
  const pods = lastSightings(shop);
  const fresh = pods.filter((pod) => versionOf(pod) === version);
  const old = pods.filter((pod) => versionOf(pod) !== version);
  const { gone, ready, leastLead } = replacementOf(old, fresh);
  expect.holds(
    'an old pod goes only after the new one for it is ready, by the times of the pods themselves',
    gone >= WEB_REPLICAS && ready >= WEB_REPLICAS && leastLead >= 0,
    `${gone} old pods went for ${ready} new ones, each at least ${leastLead} s after its own was ready`,
  );
}

export const rollout: Act = {
  name: 'rollout',
  number: 9,
  title: 'Argo CD deploys it',
  limit: 240,
  async play(world, expect, thread, progress, stage) {
    const { developer, where } = world;
    const shop = await openShop(world, stage);
    const commit = thread.mergeCommit ?? (await lastBuiltCommit(world));
    const version = await nextVersion(world);
    const head = async () => (await developer.git.getRef({ ...where, ref: 'heads/main' })).data.object.sha;
    const before = await head();
    const traffic = await stage.startTraffic();
    await sleep(2000);

    const pushed = performance.now();
    const wanted = await pushTag(world, version, commit);
    traffic.mark(`v${version} pushed`);
    progress(`v${version} pushed: deploy.yml runs`);
    const deployed = expectRun(world, expect, progress, wanted);
    const release = await Promise.race([
      waitFor(
        'the release commit on main',
        120,
        async () => {
          const now = await head();
          return now !== before && now;
        },
        100,
      ),
      deployed.then(head),
    ]);
    const committed = performance.now();
    traffic.mark('version on main');
    progress('the version is on main: Argo CD will see it');
    await shop.application.until('Argo CD to see the commit', 60, (items) =>
      items.some((each) => revisionOf(each) === release),
    );
    expect.within('Argo CD sees the commit, asking from inside,', secondsSince(committed), 10);
    traffic.mark('seen by Argo CD');

    await shop.pods.until(`all pods on ${version}`, 120, (pods) => {
      const serving = pods.filter(isServing);
      return serving.length >= WEB_REPLICAS && serving.every((pod) => versionOf(pod) === version);
    });
    expect.within('from the pushed tag to all pods on the new version', secondsSince(pushed), 60);
    traffic.mark('all pods new');
    await deployed;
    await untilCalm(shop, 120, release);

    const { images } = await chartAt(world, release);
    const image = images['shop/web'];
    const running = [...new Set(shop.pods.items.map(({ spec }) => spec.containers[0].image))];
    expect.holds(
      'the pods run the released image by its digest',
      running.length === 1 && running[0]?.endsWith(`/shop/web:${version}@${image?.digest}`) === true,
      running.join(', '),
    );
    expectOrder(expect, shop, version);
    const report = await expectNoneLost(expect, traffic);
    expect.equal(
      'customers saw the old version, then the new one',
      report.versions.slice(-1).map((each) => each.version),
      [version],
    );
    thread.version = version;
  },
};
