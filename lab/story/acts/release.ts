import type { Act } from '../act.ts';
import type { Expectations } from '../expectations.ts';
import { waitForRun } from '../hub-client.ts';
import { expectRun } from '../repository/pull-requests.ts';
import { lastBuiltCommit, nextVersion, pushTag } from '../repository/tags.ts';
import { tagsOf } from '../shop/registry.ts';
import { CHART, changedLines, chartAt, digestsOf, IMAGES, shaTag } from '../shop/shop.ts';
import type { World } from '../world.ts';

/** Everything outside that a release writes, to see that a second run of it writes nothing. */
async function outsideWorld(world: World, version: string): Promise<object> {
  const { developer, where, endpoints } = world;
  const { data: main } = await developer.git.getRef({ ...where, ref: 'heads/main' });
  const { data: release } = await developer.repos.getReleaseByTag({ ...where, tag: `v${version}` });
  const { data: releases } = await developer.repos.listReleases({ ...where, per_page: 100 });
  const tags = await Promise.all(IMAGES.map((name) => tagsOf(endpoints.registries.production, name)));
  const digests = await digestsOf(world, 'production', version);
  return { main: main.object.sha, release, releases: releases.length, tags, digests };
}

async function expectImages(world: World, expect: Expectations, version: string, commit: string): Promise<string[]> {
  const staging = await digestsOf(world, 'staging', shaTag(commit));
  const production = await digestsOf(world, 'production', version);
  expect.equal(`production has both images as ${version}, with the digests of staging`, production, staging);
  const latest = await digestsOf(world, 'production', 'latest');
  expect.equal('latest names the same', latest, production);
  return production.filter((digest): digest is string => digest !== undefined);
}

async function expectChart(
  world: World,
  expect: Expectations,
  version: string,
  before: string,
  digests: string[],
): Promise<void> {
  const { developer, where } = world;
  const { data: main } = await developer.git.getRef({ ...where, ref: 'heads/main' });
  const head = main.object.sha;
  const { data: comparison } = await developer.repos.compareCommitsWithBasehead({
    ...where,
    basehead: `${before}...${head}`,
  });
  expect.equal('the version came to main as one commit', comparison.total_commits, 1);
  const { data: commit } = await developer.repos.getCommit({ ...where, ref: head });
  expect.holds(
    'the commit is verified',
    commit.commit.verification?.verified === true,
    commit.commit.verification?.reason ?? 'unknown',
  );
  const images = Object.fromEntries(IMAGES.map((name, index) => [name, { tag: version, digest: digests[index] }]));
  expect.equal('the chart on main names the version and the digests', await chartAt(world, head), {
    version,
    appVersion: version,
    images,
  });
  const { files, lines } = await changedLines(world, before, head);
  expect.equal('it touched the chart alone', files, [`${CHART}/Chart.yaml`, `${CHART}/values.yaml`]);
  // A value that was right already, such as the first release's appVersion, has no line here.
  const foreign = lines.filter((line) => !/^[+-]\s*(version|appVersion|tag|digest):/.test(line));
  const added = lines.filter((line) => line.startsWith('+')).length;
  expect.holds(
    'line by line, and nothing else in those files changed',
    added > 0 && lines.length === 2 * added && foreign.length === 0,
    `${added} lines replaced, ${foreign.length} of them foreign`,
  );
}

async function expectRelease(world: World, expect: Expectations, version: string, digests: string[]): Promise<void> {
  const { data: release } = await world.developer.repos.getReleaseByTag({ ...world.where, tag: `v${version}` });
  expect.holds(
    'the release is published',
    !release.draft && release.published_at !== null,
    `published at ${release.published_at}`,
  );
  const body = release.body ?? '';
  expect.holds(
    'its notes list both images with their digests',
    digests.every((digest) => body.includes(digest)),
    `${body.length} characters of notes`,
  );
  expect.holds(
    'its notes say what changed',
    /price/i.test(body),
    body.split('\n').find((line) => /price/i.test(line)) ?? 'nothing about it',
  );
  const { data: latest } = await world.developer.repos.getLatestRelease(world.where);
  expect.equal('it is the latest release', latest.tag_name, `v${version}`);
}

export const release: Act = {
  name: 'release',
  number: 8,
  title: 'A pushed tag makes a release',
  limit: 300,
  async play(world, expect, thread, progress) {
    const { developer, where } = world;
    const commit = thread.mergeCommit ?? (await lastBuiltCommit(world));
    const { data: main } = await developer.git.getRef({ ...where, ref: 'heads/main' });
    const version = await nextVersion(world);
    const tag = `v${version}`;
    const wanted = await pushTag(world, version, commit);
    progress(`${tag} pushed: deploy.yml runs`);
    const run = await expectRun(world, expect, progress, wanted);

    const digests = await expectImages(world, expect, version, commit);
    await expectChart(world, expect, version, main.object.sha, digests);
    await expectRelease(world, expect, version, digests);

    progress(`deploy.yml runs again for ${tag}`);
    const was = await outsideWorld(world, version);
    await developer.actions.reRunWorkflow({ ...where, run_id: run.id });
    const again = await waitForRun(developer, where, { workflow: 'deploy.yml', sha: commit, after: run.id });
    expect.equal('running it again succeeds', again.conclusion, 'success');
    expect.equal('and changes nothing', await outsideWorld(world, version), was);
    thread.version = version;
  },
};
