import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import type { StepResult } from '../step.ts';
import { CHART, TestRepository, useHub } from './scene.ts';

useHub();

const STAGING = 'environments/staging/values.yaml';
const PRODUCTION = 'environments/production/values.yaml';
const OLD = `sha256:${'b'.repeat(64)}`;
const digestOf = (tag: string): string => `sha256:${Buffer.from(tag).toString('hex').padEnd(64, '0')}`;
const REPOSITORY = 'ghcr.io/octo-org/shop/web';

/** A values file with this image; each environment has its own shape and its own other values. */
const staging = (tag: string, digest = digestOf(tag)): string =>
  `replicas: 1\nweb: {image: {repository: ${REPOSITORY}, tag: "${tag}", digest: "${digest}"}} # staging\n`;
const production = (tag: string, digest = digestOf(tag)): string =>
  `replicas: 3\r\nwebImage: ${REPOSITORY}:${tag}@${digest} # production\r\ncache: redis:7\r\n`;
const imagesAt = (tag: string): string =>
  JSON.stringify([{ name: 'shop/web', repository: REPOSITORY, digest: digestOf(tag), tags: [tag] }]);

const FILES = { [STAGING]: staging('', ''), [PRODUCTION]: production('1.4.0', OLD) };
const PROMOTE = { charts: 'environments/production', version: 'none', from: STAGING };

/** The inputs of the jobs `staging` and `production` in the example. */
let example: Record<string, Record<string, string>>;
beforeAll(async () => {
  const page = await readFile(join(import.meta.dirname, '../../../../docs/examples/promotion.md'), 'utf8');
  const workflow = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    .map(([, yaml = '']) => parse(yaml))
    .find(({ jobs }) => jobs);
  example = Object.fromEntries(
    ['staging', 'production'].map((job) => [job, workflow.jobs[job].steps[0].with as Record<string, string>]),
  );
});

/** Runs the step of a job of the example, with the images that the job `images` would have built. */
async function play(repository: TestRepository, job: string, tag = ''): Promise<StepResult> {
  const inputs = Object.entries(example[job] ?? {}).map(([name, value]) => [
    name,
    value.replace('${{ needs.images.outputs.images }}', imagesAt(tag)),
  ]);
  return repository.step(Object.fromEntries(inputs));
}

describe('the example of a promotion', () => {
  it('commits what was built to staging, and proposes it for production in one pull request', async () => {
    const repository = await TestRepository.create(FILES);
    for (const tag of ['1.4.1', '1.4.2']) {
      expect(await play(repository, 'staging', tag)).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
      expect(await repository.blob(STAGING)).toBe(staging(tag));
      const result = await play(repository, 'production');
      expect(result).toMatchObject({ exitCode: 0, outputs: { verified: 'true', 'pull-request': '1' } });
      expect(result.summary).toContain(`Images promoted from <code>${STAGING}</code>`);
      expect(await repository.blob(PRODUCTION, result.outputs.branch)).toBe(production(tag));
    }
    expect(await repository.blob(PRODUCTION)).toBe(FILES[PRODUCTION]);
    const { rest, where } = repository.octokit();
    const { data: pulls } = await rest.pulls.list({ ...where, state: 'all' });
    expect(pulls).toMatchObject([
      { title: 'chore(production): web:1.4.2', body: expect.stringContaining(`Images promoted from \`${STAGING}\``) },
    ]);
  });
});

describe('from', () => {
  it('commits what is recorded with two requests, and nothing in a second run', async () => {
    const repository = await TestRepository.create({ ...FILES, [STAGING]: staging('1.4.2') });
    const { result, requests } = await repository.stepWithRequests(PROMOTE);
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', verified: 'true', attempts: '1' } });
    expect(requests).toEqual(['graphql', 'graphql']);
    expect(await repository.changedFiles()).toEqual([PRODUCTION]);
    expect(await repository.blob(PRODUCTION)).toBe(production('1.4.2'));
    expect((await repository.git('log', '-1', '--format=%(trailers)', 'origin/main')).split('\n')).toEqual([
      `Image: ${REPOSITORY}:1.4.2@${digestOf('1.4.2')} (was :1.4.0@${OLD})`,
      `Promoted-From: ${STAGING}`,
      expect.stringMatching(/^Workflow-Run: .*\/actions\/runs\/7$/),
    ]);
    expect(await repository.step(PROMOTE)).toMatchObject({ exitCode: 0, outputs: { changed: 'false', commit: '' } });
    expect(await repository.log()).toHaveLength(2);
  });

  it('goes back to an older version only with allow-downgrade', async () => {
    const repository = await TestRepository.create({ [STAGING]: staging('1.4.1'), [PRODUCTION]: production('1.4.2') });
    const refused = await repository.step(PROMOTE);
    expect(refused).toMatchObject({ exitCode: 0, outputs: { changed: 'false' } });
    expect(refused.log).toContain(`has ${REPOSITORY} at 1.4.2, which is newer than 1.4.1`);
    expect(await repository.blob(PRODUCTION)).toBe(production('1.4.2'));
    const back = await repository.step({ ...PROMOTE, 'allow-downgrade': 'true' });
    expect(back).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    expect(await repository.blob(PRODUCTION)).toBe(production('1.4.1'));
  });

  it('that is missing or has an old pin to replace without a new one changes nothing', async () => {
    const repository = await TestRepository.create({ ...FILES, [STAGING]: `web: ${REPOSITORY}:1.4.2\n` });
    const missing = await repository.step({ ...PROMOTE, from: 'environments/staging/value.yaml' });
    expect(missing.exitCode).toBe(1);
    expect(missing.log).toContain(
      'environments/staging/value.yaml is missing; environments/staging/ contains: values.yaml',
    );
    const unpinned = await repository.step(PROMOTE);
    expect(unpinned.exitCode).toBe(1);
    expect(unpinned.log).toContain(`${STAGING}:1 has no digest of it, and this has one, which would stay the old one`);
    expect(await repository.log()).toHaveLength(1);
  });

  it('takes the names from the values of the chart, in the checkout', async () => {
    const overlay = (tag: string): string => `web: {image: {tag: "${tag}", digest: "${digestOf(tag)}"}}\n`;
    const files = {
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': `web:\n  image: {repository: ${REPOSITORY}, tag: "", digest: ""}\n`,
      'helm/shop/values-staging.yaml': overlay('1.4.2'),
      'helm/shop/values-production.yaml': overlay('1.4.1'),
    };
    const repository = await TestRepository.create(files);
    const inputs = {
      charts: 'helm/shop',
      version: 'patch',
      from: 'helm/shop/values-staging.yaml',
      'values-files': 'values-production.yaml',
      mode: 'worktree',
    };
    const result = await repository.step(inputs, { GITHUB_WORKSPACE: repository.directory });
    expect(result).toMatchObject({ exitCode: 0, outputs: { 'chart-version': '1.0.1', 'app-version': '1.4.2' } });
    expect(await repository.git('status', '--porcelain')).toBe(
      ' M helm/shop/Chart.yaml\n M helm/shop/values-production.yaml',
    );
    const path = join(repository.directory, 'helm/shop/values-production.yaml');
    expect(await readFile(path, 'utf8')).toBe(overlay('1.4.2'));
  });
});
