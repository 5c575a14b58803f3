import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ActionError, ReportedError } from '../../../lib/errors.ts';
import type { ImageName } from '../../../lib/identifiers.ts';
import { readContext } from '../../../lib/runner/context.ts';
import { Checkout } from '../../src/images/checkout.ts';
import type { Clients, ImageFailure, ImageJob, ImageResult } from '../../src/images/image-job.ts';
import { processImages, reportImageFailures } from '../../src/images/process-images.ts';
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

describe('failures', () => {
  const refused = new ActionError({ what: 'a push', why: 'no', next: 'Log in.' });
  const broken = new ActionError({ what: 'a build', why: 'bad', next: 'Fix it.' });
  const bug = new TypeError('x is undefined');
  const report = (failures: ImageFailure[], total: number) => {
    const reported: unknown[] = [];
    return { error: reportImageFailures(failures, total, (error) => reported.push(error)), reported };
  };

  it('of the only image are left to the step', () => {
    expect(report([{ name: 'web', error: refused }], 1)).toEqual({ error: refused, reported: [] });
  });

  it('of several images are reported once each, also a bug, and end the step with their number', () => {
    const failures = [
      { name: 'web', error: refused },
      { name: 'api', error: broken },
      { name: 'job', error: refused },
      { name: 'cron', error: bug },
    ];
    expect(report(failures, 5)).toEqual({
      error: new ReportedError('4 of 5 images failed: web, api, job, cron'),
      reported: [refused, broken, bug],
    });
  });
});
