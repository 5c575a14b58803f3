import type { Traffic } from '../../traffic/index.ts';
import type { Stage } from '../act.ts';
import { isServing, type Pod, versionOf } from '../cluster/pods.ts';
import { lastBuiltCommit, nextVersion, pushTag } from '../repository/tags.ts';
import { expectRun } from '../repository/workflow-runs.ts';
import { secondsSince, waitFor } from '../waiting.ts';
import type { World } from '../world.ts';
import { type RunningShop, WEB_REPLICAS, waitUntilStable } from './running-shop.ts';
import { expectNoneLost } from './traffic.ts';

/** A release whose commit is on main and that Argo CD is about to roll out. */
export interface RunningRelease {
  version: string;
  /** The release commit on main. */
  commit: string;
  /** When the tag was pushed, by `performance.now()`. */
  pushed: number;
  /** Resolves when the run of `deploy.yml` ends, which continues after that commit. */
  done: Promise<unknown>;
}

const headOfMain = async ({ developer, repository }: World): Promise<string> =>
  (await developer.git.getRef({ ...repository, ref: 'heads/main' })).data.object.sha;

/** Tags a commit (by default the last that was built) as the next version, and waits until that version is on main. */
export async function releaseNextVersion(stage: Stage, commit?: string): Promise<RunningRelease> {
  const { world, progress } = stage;
  const sha = commit ?? (await lastBuiltCommit(world));
  const version = await nextVersion(world);
  const before = await headOfMain(world);
  const pushed = performance.now();
  const run = await pushTag(world, version, sha);
  progress(`v${version} pushed: deploy.yml runs`);
  const done = expectRun(stage, run);
  // The act awaits it and fails with it; an act that has ended before must not end the process.
  done.catch(() => undefined);
  const moved = waitFor('the release commit on main', 120, async () => {
    const head = await headOfMain(world);
    return head !== before && head;
  });
  // A failed run ends the wait too.
  const onMain = await Promise.race([moved, done.then(() => moved)]);
  progress(`${version} is on main: waiting for Argo CD`);
  return { version, commit: onMain, pushed, done };
}

/** Whether enough pods serve and all pods are of this version. A terminating pod may still respond, so it counts too. */
export function isServedBy(version: string): (pods: readonly Pod[]) => boolean {
  return (pods) => pods.filter(isServing).length >= WEB_REPLICAS && pods.every((pod) => versionOf(pod) === version);
}

/** Waits until all pods of web, including terminating ones, are of this version. */
export async function waitUntilServedBy(shop: RunningShop, version: string, seconds = 120): Promise<void> {
  await shop.pods.until(`all pods on ${version}`, seconds, isServedBy(version));
}

/** What {@link expectRolledOut} measures: from `since`, a time of `performance.now()`, to all pods on the new version. */
export interface RolloutLimit {
  what: string;
  since: number;
  seconds: number;
}

/** Expects that a release is rolled out completely and loses no request, although something failed on the way. */
export async function expectRolledOut(
  { expect, state }: Stage,
  { shop, traffic, release }: { shop: RunningShop; traffic: Traffic; release: RunningRelease },
  { what, since, seconds }: RolloutLimit,
): Promise<void> {
  await waitUntilServedBy(shop, release.version);
  expect.within(what, secondsSince(since), seconds);
  await release.done;
  await waitUntilStable(shop, { revision: release.commit });
  await expectNoneLost(expect, traffic);
  state.version = release.version;
}
