import { describe, expect, it } from '@jest/globals';
import { DIGEST, TestRepository, useHub } from './scene.ts';

useHub();

const CHART = 'apiVersion: v2\nname: shop\nversion: 3.7.2\nappVersion: "v1.4.1"\n';
const VALUES = 'image: { repository: r.example/shop/web, tag: 1.4.1, digest: "" }\n';
const FILES = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES };

/** The `images` output of a build with this tag. */
const imagesAt = (tag: string, digest = DIGEST): string =>
  JSON.stringify([{ name: 'shop/web', repository: 'r.example/shop/web', digest, tags: [tag] }]);

describe('a chart with versions of its own', () => {
  it('is an error with the pushed tag, and is counted with version: patch', async () => {
    const repository = await TestRepository.create(FILES);
    const release = { charts: 'helm/shop', images: imagesAt('1.4.2') };
    const tag = { GITHUB_REF: 'refs/tags/web-v1.4.2' };
    const refused = await repository.step({ ...release, 'tag-prefix': 'web-' }, tag);
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('this chart has versions of its own');
    expect(await repository.log()).toHaveLength(1);
    const counted = await repository.step({ ...release, version: 'patch' }, tag);
    expect(counted).toMatchObject({
      exitCode: 0,
      outputs: { 'chart-version': '3.7.3', 'previous-chart-version': '3.7.2', 'app-version': 'v1.4.2' },
    });
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(
      CHART.replace('3.7.2', '3.7.3').replace('v1.4.1', 'v1.4.2'),
    );
    const again = await repository.step({ ...release, version: 'patch' }, { ...tag, GITHUB_RUN_ID: '8' });
    expect(again).toMatchObject({ exitCode: 0, outputs: { changed: 'false', 'chart-version': '3.7.3' } });
  });
});

describe('the late run of an older commit', () => {
  /** A repository with three commits, each with a run that may come at any time. */
  async function createSource() {
    const repository = await TestRepository.create(FILES);
    const commits = [await repository.git('rev-parse', 'HEAD')];
    for (const name of ['second', 'third']) {
      await repository.push({ [`${name}.txt`]: name }, `feat: the ${name}`);
      commits.push(await repository.git('rev-parse', 'HEAD'));
    }
    const run = (sha: string, more: Record<string, string> = {}) =>
      repository.stepWithRequests(
        { charts: 'helm/shop', version: 'none', images: imagesAt(`sha-${sha.slice(0, 12)}`), ...more },
        { GITHUB_SHA: sha, GITHUB_RUN_ID: sha.replaceAll(/\D/g, '').slice(0, 9) },
      );
    const current = () => repository.blob('helm/shop/values.yaml');
    return { commits: commits as [string, string, string], run, current };
  }

  it('changes nothing, and says so, with one more request', async () => {
    const { commits, run, current } = await createSource();
    const [first, second, third] = commits;
    const { requests } = await run(second);
    expect(requests).toEqual(['graphql', 'graphql']);
    const late = await run(first);
    expect(late.result).toMatchObject({ exitCode: 0, outputs: { changed: 'false', commit: '' } });
    expect(late.result.log).toContain(
      `has r.example/shop/web of the commit ${second.slice(0, 12)}, which is newer than ${first.slice(0, 12)}`,
    );
    expect(late.requests).toEqual(['graphql', 'repos/compare-commits-with-basehead']);
    expect(await current()).toContain(`sha-${second.slice(0, 12)}`);
    const next = await run(third);
    expect(next.result).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    expect(next.requests).toEqual(['graphql', 'repos/compare-commits-with-basehead', 'graphql']);
    expect(await current()).toContain(`sha-${third.slice(0, 12)}`);
  });

  it('goes back with allow-downgrade', async () => {
    const { commits, run, current } = await createSource();
    await run(commits[1]);
    const { result } = await run(commits[0], { 'allow-downgrade': 'true' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    expect(await current()).toContain(`sha-${commits[0].slice(0, 12)}`);
  });

  it('is not assumed for a commit that is gone', async () => {
    const { commits, run, current } = await createSource();
    const gone = '9'.repeat(40);
    await run(gone);
    const { result } = await run(commits[0]);
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    expect(result.log).toContain('does not show how');
    expect(await current()).toContain(`sha-${commits[0].slice(0, 12)}`);
  });
});
