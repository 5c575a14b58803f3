import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../act.ts';
import { stateOf } from '../cluster/argo.ts';
import { conditionOf, isReady, isServing, versionOf } from '../cluster/pods.ts';
import { expectRun, mergeChange } from '../repository/pull-requests.ts';
import { nextVersion, pushTag } from '../repository/tags.ts';
import { openShop, WEB_REPLICAS } from '../shop/running-shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

/** The program of web; the change is found again by its message: see rollback. */
export const WEB_PROGRAM = 'app/web/src/main.ts';
export const BROKEN_MESSAGE = 'refactor(web): start in one place';

/** Starts, runs and does nothing. */
const idle = (version: string): string => `// One place to start ${version} from.
console.log('web ${version} starts');
setInterval(() => undefined, 60_000);
`;

export const brokenRelease: Act = {
  name: 'broken-release',
  number: 12,
  title: 'A broken release harms nobody',
  limit: 300,
  async play(world, expect, thread, progress, stage) {
    const shop = await openShop(world, stage);
    const good = versionOf(shop.pods.items[0] as (typeof shop.pods.items)[number]);
    const version = await nextVersion(world);
    const traffic = await stage.startTraffic();

    const sha = await mergeChange(world, expect, progress, {
      name: 'start',
      title: 'Start in one place',
      body: 'Nobody sees what is wrong with it.',
      async make(clone) {
        await clone.edit(WEB_PROGRAM, () => idle(version));
        await clone.commit(BROKEN_MESSAGE);
      },
    });
    progress(`merged as ${sha.slice(0, 12)}: build.yml runs`);
    await expectRun(world, expect, progress, { workflow: 'build.yml', sha, on: 'merge' });
    thread.mergeCommit = sha;

    const pushed = performance.now();
    const wanted = await pushTag(world, version, sha);
    traffic.mark(`v${version} pushed`);
    progress(`v${version} pushed: deploy.yml runs`);
    await expectRun(world, expect, progress, wanted);
    const isBroken = (pod: (typeof shop.pods.items)[number]) => versionOf(pod) === version;
    await shop.pods.until('a pod of the broken version that runs', 60, (pods) =>
      pods.some((pod) => isBroken(pod) && pod.status.phase === 'Running'),
    );
    traffic.mark('broken pods run');
    progress('its pods run and do nothing: the rollout waits for them');

    const stopped = await shop.deployment.until('Kubernetes to give the rollout up', 120, ([deployment]) => {
      const condition = deployment && conditionOf(deployment, 'Progressing');
      return condition?.reason === 'ProgressDeadlineExceeded' && condition;
    });
    expect.holds(
      'Kubernetes reports that the rollout does not get on',
      stopped.status === 'False',
      stopped.reason ?? '',
    );
    expect.within('from the pushed tag to that report', secondsSince(pushed), 120);
    const degraded = await shop.application.until('Argo CD to show it', 60, (items) =>
      items.find((each) => stateOf(each) === 'Synced, Degraded'),
    );
    expect.equal('Argo CD shows that what Git wants does not work', stateOf(degraded), 'Synced, Degraded');
    traffic.mark('Degraded');

    const broken = shop.pods.sightings.map(({ object }) => object).filter(isBroken);
    const names = new Set(broken.map(({ metadata }) => metadata.name));
    expect.holds(
      'no pod of the broken version was ever ready',
      names.size > 0 && !broken.some(isReady),
      `${names.size} pods, ready never`,
    );
    const serving = shop.pods.items.filter(isServing);
    expect.holds(
      'all old pods are there and serve',
      serving.length >= WEB_REPLICAS && serving.every((pod) => versionOf(pod) === good),
      `${serving.length} of ${good}`,
    );
    await sleep(2000);
    const report = await expectNoneLost(expect, traffic);
    expect.equal(
      'customers saw the good version alone',
      report.versions.map((each) => each.version),
      [good],
    );
    thread.version = version;
  },
};
