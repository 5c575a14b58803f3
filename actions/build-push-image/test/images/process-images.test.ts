import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ActionError, ReportedError } from '../../../lib/errors.ts';
import type { ImageName } from '../../../lib/identifiers.ts';
import { readContext } from '../../../lib/runner/context.ts';
import { Checkout } from '../../src/commits/checkout.ts';
import type { Clients, ImageFailure, ImageJob } from '../../src/images/image-job.ts';
import { processImages, reportImageFailures } from '../../src/images/process-images.ts';
import { StepOutputs } from '../../src/outputs.ts';
import { digest, FakeBuilder, FakeRegistry, index, job, ok, plan } from '../fakes.ts';

const createJob = (name: string): ImageJob => ({
  ...job,
  name: name as ImageName,
  key: name,
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
    event: { branch: 'main', defaultBranch: 'main', release: undefined },
    laterCommits: async () => [],
    created: undefined,
    checkout: new Checkout(async () => ok()),
    cacheBranch: 'main',
    notices: [],
  };
  const processAll = (jobs: readonly ImageJob[], clients: Clients, stepOutputs: StepOutputs) =>
    processImages(jobs, clients, { maxParallel: 1, onResult: (results) => stepOutputs.update(results) });

  it('are set once, for all images', async () => {
    const registry = new FakeRegistry();
    const builder = new FakeBuilder(registry, () => index('1', 'a'));
    const jobs = [createJob('web'), createJob('api')];
    const stepOutputs = new StepOutputs(jobs.length, run);
    const { failures } = await processAll(jobs, { registry, builder }, stepOutputs);
    expect(failures).toEqual([]);
    expect(outputs()).toBe('');
    await stepOutputs.set();
    await stepOutputs.set();
    expect(outputs().match(/^digests<<.*\n.*/gm)).toEqual([
      expect.stringContaining(`{"web":"${digest('1')}","api":"${digest('1')}"}`),
    ]);
  });

  it('contain the images that are done when the step is cancelled', async () => {
    const registry = new FakeRegistry();
    const stepOutputs = new StepOutputs(2, run);
    const builder = new FakeBuilder(registry, ({ repository }) => {
      if (repository.endsWith('api')) void stepOutputs.set();
      return index('1', 'a');
    });
    await processAll([createJob('web'), createJob('api')], { registry, builder }, stepOutputs);
    await stepOutputs.set();
    expect(outputs()).toMatch(new RegExp(`^digests<<\\S+\n\\{"web":"${digest('1')}"\\}\n`, 'm'));
  });

  it('are empty when all images failed', async () => {
    const registry = new FakeRegistry();
    const builder = new FakeBuilder(registry, () => {
      throw new Error('no');
    });
    const stepOutputs = new StepOutputs(1, run);
    const { results, failures } = await processAll([createJob('web')], { registry, builder }, stepOutputs);
    await stepOutputs.set();
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
    { maxParallel: 2, onResult: () => undefined },
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
