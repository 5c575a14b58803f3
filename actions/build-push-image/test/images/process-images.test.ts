import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ActionError } from '../../../lib/errors.ts';
import type { ImageName } from '../../../lib/identifiers.ts';
import { readContext } from '../../../lib/runner/context.ts';
import { Checkout } from '../../src/images/checkout.ts';
import type { Clients, ImageJob, ImageResult } from '../../src/images/image-job.ts';
import { processImages, toStepError } from '../../src/images/process-images.ts';
import { setImageOutputs } from '../../src/outputs.ts';
import { digest, FakeBuilder, FakeExec, FakeRegistry, index, job, ok, plan } from '../fakes.ts';

const createJob = (name: string): ImageJob => ({
  ...job,
  name: name as ImageName,
  repository: `prod.example/${name}`,
  plan: { ...plan, repository: `prod.example/${name}` },
});

describe('the outputs', () => {
  let directory: string;
  const outputs = () => readFileSync(join(directory, 'output'), 'utf8');
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'process-images-'));
    writeFileSync(join(directory, 'output'), '');
    process.env.GITHUB_OUTPUT = join(directory, 'output');
  });
  afterEach(() => {
    delete process.env.GITHUB_OUTPUT;
    rmSync(directory, { recursive: true });
  });

  const run = {
    context: readContext({ GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: 'a'.repeat(40) }),
    release: undefined,
    tags: { tags: [], skipped: [] },
    created: undefined,
    checkout: new Checkout('/w', { exec: new FakeExec(() => ok()), env: {} }),
    cacheBranch: 'main',
    notices: [],
  };
  const processAll = (jobs: readonly ImageJob[], clients: Clients) =>
    processImages(jobs, clients, {
      maxParallel: 1,
      onResult: (results: ImageResult[]) => setImageOutputs(results, jobs.length, run),
    });

  it('contain an image while others are still being built', async () => {
    const registry = new FakeRegistry();
    const outputsAtBuild: string[] = [];
    const builder = new FakeBuilder(registry, () => {
      outputsAtBuild.push(outputs());
      return index('1', 'a');
    });
    const { failures } = await processAll([createJob('web'), createJob('api')], { registry, builder });
    expect(failures).toEqual([]);
    expect(outputsAtBuild[0]).toBe('');
    expect(outputsAtBuild[1]).toContain(`{"web":"${digest('1')}"}`);
    expect(outputs()).toContain(`{"web":"${digest('1')}","api":"${digest('1')}"}`);
  });

  it('are empty when all images failed', async () => {
    const registry = new FakeRegistry();
    const builder = new FakeBuilder(registry, () => {
      throw new Error('no');
    });
    const { results, failures } = await processAll([createJob('web')], { registry, builder });
    expect([results, failures]).toEqual([[], [{ name: 'web', error: new Error('no') }]]);
    expect(outputs()).toMatch(/^images<<\S+\n\[\]\n/);
  });
});

it('an image that fails does not stop the others, and both results are in the order of the images', async () => {
  const registry = new FakeRegistry();
  const builder = new FakeBuilder(registry, ({ repository }) => {
    if (repository === 'prod.example/api') throw new Error('bad');
    return index('1', 'a');
  });
  const { results, failures } = await processImages(
    ['web', 'api', 'job'].map(createJob),
    { registry, builder },
    { maxParallel: 2, onResult: async () => undefined },
  );
  expect(results.map(({ name }) => String(name))).toEqual(['web', 'job']);
  expect(failures).toEqual([{ name: 'api', error: new Error('bad') }]);
});

describe('the error of a step', () => {
  const refused = new ActionError({ what: 'a push', why: 'no', next: 'Log in.' });
  const broken = new ActionError({ what: 'a build', why: 'bad', next: 'Fix it.' });

  it('with one image is that of the image', () => {
    expect(toStepError([{ name: 'web', error: refused }], 1)).toBe(refused);
  });

  it('lists each image with its message, and each next step once', () => {
    const failures = [
      { name: 'web', error: refused },
      { name: 'api', error: broken },
      { name: 'job', error: refused },
    ];
    expect(toStepError(failures, 4)).toMatchObject({
      what: '3 of 4 images failed: web, api, job',
      why: 'web: a push: no\napi: a build: bad\njob: a push: no',
      next: 'Log in.\nFix it.',
    });
  });

  it('does not hide a bug', () => {
    const bug = new TypeError('x is undefined');
    expect(
      toStepError(
        [
          { name: 'web', error: refused },
          { name: 'api', error: bug },
        ],
        2,
      ),
    ).toBe(bug);
  });
});
