import semver from 'semver';
import { tagsOf } from '../shop/registry.ts';
import { shaTag } from '../shop/shop.ts';
import type { World } from '../world.ts';

/** The first version, or the one after the highest there is. */
export async function nextVersion({ developer, where }: World): Promise<string> {
  const { data } = await developer.repos.listTags({ ...where, per_page: 100 });
  const versions = data.flatMap(({ name }) => semver.parse(name.replace(/^v/, '')) ?? []);
  const highest = versions.sort(semver.rcompare)[0];
  return highest === undefined ? '1.0.0' : `${highest.major}.${highest.minor}.${highest.patch + 1}`;
}

/** What to wait for after a tag was pushed: the run of `deploy.yml` on that commit, the one after those there were. */
export interface ReleaseRun {
  workflow: string;
  sha: string;
  on: string;
  after: number;
}

/** Tags a commit as a version and pushes the tag: all that a developer does for a release. */
export async function pushTag(
  { openClone, developer, where }: World,
  version: string,
  commit: string,
): Promise<ReleaseRun> {
  const { data } = await developer.actions.listWorkflowRunsForRepo({ ...where, head_sha: commit, per_page: 100 });
  const clone = await openClone();
  await clone.git('tag', `v${version}`, commit);
  await clone.git('push', '--quiet', 'origin', `v${version}`);
  const after = Math.max(0, ...data.workflow_runs.map(({ id }) => id));
  return { workflow: 'deploy.yml', sha: commit, on: 'tag', after };
}

/** The youngest commit of main whose images are in staging. */
export async function lastBuiltCommit(world: World): Promise<string> {
  const built = new Set(await tagsOf(world.endpoints.registries.staging, 'shop/web'));
  const clone = await world.openClone();
  const commits = (await clone.git('rev-list', '--first-parent', '--max-count=100', 'origin/main')).split('\n');
  const commit = commits.find((each) => built.has(shaTag(each)));
  if (commit === undefined) throw new Error('no commit of main has been built');
  return commit;
}
