import { isServing, type Pod, versionOf } from '../cluster/pods.ts';
import type { Expectations } from '../expectations.ts';
import { expectRun, type Progress } from '../repository/pull-requests.ts';
import { lastBuiltCommit, nextVersion, pushTag } from '../repository/tags.ts';
import { waitFor } from '../waiting.ts';
import type { World } from '../world.ts';
import { type RunningShop, WEB_REPLICAS } from './running-shop.ts';

/** A release that is on its way into the cluster: its commit is on main. */
export interface Release {
  version: string;
  /** The release commit on main. */
  commit: string;
  /** When the tag was pushed, by `performance.now()`. */
  pushed: number;
  /** Ends with the run of `deploy.yml`, which goes on after that commit. */
  done: Promise<unknown>;
}

const headOfMain = async ({ developer, where }: World): Promise<string> =>
  (await developer.git.getRef({ ...where, ref: 'heads/main' })).data.object.sha;

/** Tags a commit (else the last that was built) as the next version, and waits until that version is on main. */
export async function releaseNext(
  world: World,
  expect: Expectations,
  progress: Progress,
  commit?: string,
): Promise<Release> {
  const sha = commit ?? (await lastBuiltCommit(world));
  const version = await nextVersion(world);
  const before = await headOfMain(world);
  const pushed = performance.now();
  const wanted = await pushTag(world, version, sha);
  progress(`v${version} pushed: deploy.yml runs`);
  const done = expectRun(world, expect, progress, wanted);
  // Whoever waits for it hears of a failure; an act that ended before must not end the process.
  done.catch(() => undefined);
  const moved = waitFor('the release commit on main', 120, async () => {
    const now = await headOfMain(world);
    return now !== before && now;
  });
  // A run that fails ends the wait, too.
  const onMain = await Promise.race([moved, done.then(() => moved)]);
  progress(`${version} is on main: Argo CD will see it`);
  return { version, commit: onMain, pushed, done };
}

/** Do at least six pods serve, and is every one that there is of this version? One that leaves still answers for a while. */
export function isServedBy(version: string): (pods: readonly Pod[]) => boolean {
  return (pods) => pods.filter(isServing).length >= WEB_REPLICAS && pods.every((pod) => versionOf(pod) === version);
}

/** Waits until every pod of web is of this version, those that leave included. */
export async function untilServedBy(shop: RunningShop, version: string, seconds = 120): Promise<void> {
  await shop.pods.until(`all pods on ${version}`, seconds, isServedBy(version));
}
