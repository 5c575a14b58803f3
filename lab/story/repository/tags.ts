import semver from 'semver';
import { listTags } from '../shop/registry.ts';
import { shaTag } from '../shop/shop.ts';
import type { World } from '../world.ts';
import type { RunQuery } from './workflow-runs.ts';

/** The patch version after the highest tagged one, or 1.0.0. */
export async function nextVersion({ developer, repository }: World): Promise<string> {
  const { data } = await developer.repos.listTags({ ...repository, per_page: 100 });
  const versions = data.flatMap(({ name }) => semver.parse(name.replace(/^v/, '')) ?? []);
  const highest = versions.sort(semver.rcompare)[0];
  return highest === undefined ? '1.0.0' : `${highest.major}.${highest.minor}.${highest.patch + 1}`;
}

/**
 * Tags a commit as a version and pushes the tag: all that a developer does for a release. Returns the run of `deploy.yml` to
 * wait for, which is newer than all existing runs on that commit.
 */
export async function pushTag(
  { createClone, developer, repository }: World,
  version: string,
  commit: string,
): Promise<RunQuery & { on: string }> {
  const { data } = await developer.actions.listWorkflowRunsForRepo({ ...repository, head_sha: commit, per_page: 100 });
  const clone = await createClone();
  await clone.git('tag', `v${version}`, commit);
  await clone.git('push', '--quiet', 'origin', `v${version}`);
  const after = Math.max(0, ...data.workflow_runs.map(({ id }) => id));
  return { workflow: 'deploy.yml', sha: commit, on: 'tag', after };
}

/** The latest commit of main whose images are in staging. */
export async function lastBuiltCommit(world: World): Promise<string> {
  const built = new Set(await listTags(world.endpoints.registries.staging, 'shop/web'));
  const clone = await world.createClone();
  const commits = (await clone.git('rev-list', '--first-parent', '--max-count=100', 'origin/main')).split('\n');
  const commit = commits.find((sha) => built.has(shaTag(sha)));
  if (commit === undefined) throw new Error('no commit of main has been built');
  return commit;
}
