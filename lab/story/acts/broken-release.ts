import { setTimeout as sleep } from 'node:timers/promises';
import type { Act } from '../act.ts';
import { formatState } from '../cluster/argo.ts';
import { findCondition, isReady, isServing, type Pod, versionOf } from '../cluster/pods.ts';
import { mergePullRequest } from '../repository/pull-requests.ts';
import { nextVersion, pushTag } from '../repository/tags.ts';
import { expectRun } from '../repository/workflow-runs.ts';
import { WEB_REPLICAS, watchStableShop } from '../shop/running-shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { secondsSince } from '../waiting.ts';

/** The program of web. The act rollback finds the broken commit by its message. */
export const WEB_PROGRAM = 'app/web/src/main.ts';
export const BROKEN_MESSAGE = 'refactor(web): start in one place';

/** A program that starts, keeps running and does nothing. */
const idleProgram = (version: string): string => `// One place to start ${version} from.
console.log('web ${version} starts');
setInterval(() => undefined, 60_000);
`;

export const brokenRelease: Act = {
  name: 'broken-release',
  title: 'A broken release does not affect customers',
  timeoutSeconds: 300,
  async play(stage) {
    const { world, expect, state, progress } = stage;
    const shop = await watchStableShop(stage);
    const good = versionOf(shop.pods.items[0] as Pod);
    const version = await nextVersion(world);
    const traffic = await stage.startTraffic();

    const sha = await mergePullRequest(stage, {
      branch: 'start',
      title: 'Start in one place',
      body: 'The problem is easy to miss in a review.',
      async commit(clone) {
        await clone.edit(WEB_PROGRAM, () => idleProgram(version));
        await clone.commit(BROKEN_MESSAGE);
      },
    });
    progress(`merged as ${sha.slice(0, 12)}: build.yml runs`);
    await expectRun(stage, { workflow: 'build.yml', sha, on: 'merge' });
    state.mergeCommit = sha;

    const pushed = performance.now();
    const run = await pushTag(world, version, sha);
    traffic.mark(`v${version} pushed`);
    progress(`v${version} pushed: deploy.yml runs`);
    await expectRun(stage, run);
    const isBroken = (pod: Pod) => versionOf(pod) === version;
    await shop.pods.until('a pod of the broken version to run', 60, (pods) =>
      pods.some((pod) => isBroken(pod) && pod.status.phase === 'Running'),
    );
    traffic.mark('broken pods run');
    progress('its pods run and do nothing: the rollout waits for them');

    const stalled = await shop.deployment.until('Kubernetes to report the stalled rollout', 120, ([deployment]) => {
      const condition = deployment && findCondition(deployment, 'Progressing');
      return condition?.reason === 'ProgressDeadlineExceeded' && condition;
    });
    expect.holds('Kubernetes reports that the rollout stalls', stalled.status === 'False', stalled.reason ?? '');
    expect.within('from the pushed tag to that report', secondsSince(pushed), 120);
    const degraded = await shop.application.until('Argo CD to report it', 60, (items) =>
      items.find((application) => formatState(application) === 'Synced, Degraded'),
    );
    expect.equal('Argo CD reports that the version in Git does not work', formatState(degraded), 'Synced, Degraded');
    traffic.mark('Degraded');

    const broken = shop.pods.observations.map(({ object }) => object).filter(isBroken);
    const names = new Set(broken.map(({ metadata }) => metadata.name));
    expect.holds(
      'no pod of the broken version was ever ready',
      names.size > 0 && !broken.some(isReady),
      `${names.size} pods, never ready`,
    );
    const serving = shop.pods.items.filter(isServing);
    expect.holds(
      'all old pods serve',
      serving.length >= WEB_REPLICAS && serving.every((pod) => versionOf(pod) === good),
      `${serving.length} of ${good}`,
    );
    await sleep(2000);
    const report = await expectNoneLost(expect, traffic);
    expect.equal(
      'customers saw only the good version',
      report.versions.map((seen) => seen.version),
      [good],
    );
    state.version = version;
  },
};
