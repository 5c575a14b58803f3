import type { Act, Stage } from '../act.ts';
import { lastBuiltCommit, nextVersion, pushTag } from '../repository/tags.ts';
import { expectRun, waitForRun } from '../repository/workflow-runs.ts';
import { listTags } from '../shop/registry.ts';
import { CHART, changedLines, findDigests, IMAGES, readChart, shaTag } from '../shop/shop.ts';
import type { World } from '../world.ts';

/** Everything that a release publishes, to check that a second run of it changes nothing. */
async function readPublished(world: World, version: string): Promise<object> {
  const { developer, repository, endpoints } = world;
  const { data: main } = await developer.git.getRef({ ...repository, ref: 'heads/main' });
  const { data: release } = await developer.repos.getReleaseByTag({ ...repository, tag: `v${version}` });
  const { data: releases } = await developer.repos.listReleases({ ...repository, per_page: 100 });
  const tags = await Promise.all(IMAGES.map((name) => listTags(endpoints.registries.production, name)));
  const digests = await findDigests(world, 'production', version);
  return { main: main.object.sha, release, releases: releases.length, tags, digests };
}

async function expectImages({ world, expect }: Stage, version: string, commit: string): Promise<string[]> {
  const staging = await findDigests(world, 'staging', shaTag(commit));
  const production = await findDigests(world, 'production', version);
  expect.equal(`production has both images as ${version}, with the digests of staging`, production, staging);
  const latest = await findDigests(world, 'production', 'latest');
  expect.equal('the tag latest has the same digests', latest, production);
  return production.filter((digest): digest is string => digest !== undefined);
}

/** A published version with the digests of its images. */
interface PublishedVersion {
  version: string;
  digests: readonly string[];
}

/** @param before the head of main before the release */
async function expectChart(
  { world, expect }: Stage,
  { version, digests }: PublishedVersion,
  before: string,
): Promise<void> {
  const { developer, repository } = world;
  const { data: main } = await developer.git.getRef({ ...repository, ref: 'heads/main' });
  const head = main.object.sha;
  const { data: comparison } = await developer.repos.compareCommitsWithBasehead({
    ...repository,
    basehead: `${before}...${head}`,
  });
  expect.equal('the version is one commit on main', comparison.total_commits, 1);
  const { data: commit } = await developer.repos.getCommit({ ...repository, ref: head });
  expect.holds(
    'the commit is verified',
    commit.commit.verification?.verified === true,
    commit.commit.verification?.reason ?? 'unknown',
  );
  const images = Object.fromEntries(IMAGES.map((name, index) => [name, { tag: version, digest: digests[index] }]));
  expect.equal('the chart on main has the version and the digests', await readChart(world, head), {
    version,
    appVersion: version,
    images,
  });
  const { files, lines } = await changedLines(world, before, head);
  expect.equal('the commit changes only the chart', files, [`${CHART}/Chart.yaml`, `${CHART}/values.yaml`]);
  // A value that was already correct, such as the first release's appVersion, has no line here.
  const unrelated = lines.filter((line) => !/^[+-]\s*(version|appVersion|tag|digest):/.test(line));
  const added = lines.filter((line) => line.startsWith('+')).length;
  expect.holds(
    'only lines of the version and the images change in these files',
    added > 0 && lines.length === 2 * added && unrelated.length === 0,
    `${added} lines replaced, ${unrelated.length} of them unrelated`,
  );
}

async function expectRelease({ world, expect }: Stage, { version, digests }: PublishedVersion): Promise<void> {
  const { developer, repository } = world;
  const { data: release } = await developer.repos.getReleaseByTag({ ...repository, tag: `v${version}` });
  expect.holds(
    'the release is published',
    !release.draft && release.published_at !== null,
    `published at ${release.published_at}`,
  );
  const body = release.body ?? '';
  expect.holds(
    'its release notes list both images with their digests',
    digests.every((digest) => body.includes(digest)),
    `${body.length} characters of release notes`,
  );
  expect.holds(
    'its release notes list the changes',
    /price/i.test(body),
    body.split('\n').find((line) => /price/i.test(line)) ?? 'the change of the price is missing',
  );
  const { data: latest } = await developer.repos.getLatestRelease(repository);
  expect.equal('it is the latest release', latest.tag_name, `v${version}`);
}

export const release: Act = {
  name: 'release',
  title: 'A pushed tag is released',
  timeoutSeconds: 300,
  async play(stage) {
    const { world, expect, state, progress } = stage;
    const { developer, repository } = world;
    const commit = state.mergeCommit ?? (await lastBuiltCommit(world));
    const { data: main } = await developer.git.getRef({ ...repository, ref: 'heads/main' });
    const version = await nextVersion(world);
    const tag = `v${version}`;
    const query = await pushTag(world, version, commit);
    progress(`${tag} pushed: deploy.yml runs`);
    const run = await expectRun(stage, query);

    const digests = await expectImages(stage, version, commit);
    await expectChart(stage, { version, digests }, main.object.sha);
    await expectRelease(stage, { version, digests });

    progress(`deploy.yml runs again for ${tag}`);
    const published = await readPublished(world, version);
    await developer.actions.reRunWorkflow({ ...repository, run_id: run.id });
    const again = await waitForRun(developer, repository, { workflow: 'deploy.yml', sha: commit, after: run.id });
    expect.equal('a second run succeeds', again.conclusion, 'success');
    expect.equal('a second run changes nothing', await readPublished(world, version), published);
    state.version = version;
  },
};
