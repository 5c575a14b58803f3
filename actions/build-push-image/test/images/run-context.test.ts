import { describe, expect, it } from '@jest/globals';
import { ToolMissingError } from '../../../lib/errors.ts';
import type { Exec } from '../../../lib/processes/exec.ts';
import { planJobs } from '../../src/images/plan.ts';
import { git, loadRun, noGit, settings, sha, withRules } from './run.ts';

describe('the time in the label `created`', () => {
  const labelled = { commitLabels: true };
  const createdOf = async (...options: Parameters<typeof loadRun>) => (await loadRun(...options)).created?.getTime();

  it("is the commit's, from the checkout", async () => {
    const exec = git();
    expect(await createdOf(labelled, { exec })).toBe(1_700_000_000_000);
    expect(exec.calls.flatMap(({ args }) => args)).toContain(sha);
  });

  const event = { head_commit: { id: sha, timestamp: '2023-11-14T23:13:20+01:00' } };
  const missing: Exec = { run: () => Promise.reject(new ToolMissingError('git', 'x')) };

  it.each<[string, Exec]>([
    ['there is no checkout', noGit()],
    ['the checkout does not have the commit', noGit({ exitCode: 128, stdout: '', stderr: 'fatal: bad object' })],
    ['Git is not installed', missing],
  ])('is that of the event when %s', async (_title, exec) => {
    expect(await createdOf(labelled, { exec, event })).toBe(1_700_000_000_000);
  });

  it.each([
    {},
    { head_commit: null },
    { head_commit: { id: sha } },
    { head_commit: { ...event.head_commit, id: sha.replace('0', 'f') } },
  ])('is an error when neither has it (event %j)', async (other) => {
    await expect(loadRun(labelled, { exec: noGit(), event: other })).rejects.toMatchObject({
      what: 'the time of the commit is unknown',
      next: expect.stringContaining('commit-labels: false'),
    });
  });

  it('is that of the build when the image is not reproducible', async () => {
    expect(await createdOf({ ...labelled, reproducible: false }, { exec: noGit() })).toBeGreaterThan(1_700_000_000_000);
  });

  it('is not read without the label', async () => {
    expect(await createdOf({}, { exec: noGit() })).toBeUndefined();
  });
});

describe('the pushed tag', () => {
  it.each(['latest', 'v1', 'v1.0', '1.2.3.4', 'v1.0.0$(touch pwned)', 'vv1.0.0'])(
    '%s is not a version',
    async (tag) => {
      expect((await loadRun({}, { ref: `refs/tags/${tag}` })).release).toBeUndefined();
    },
  );

  it.each([
    ['v1.4.2', { text: '1.4.2', major: 1, minor: 4, stable: true }],
    ['1.5.0-rc.1+b2', { text: '1.5.0-rc.1+b2', major: 1, minor: 5, stable: false }],
  ])('%s is a version', async (tag, release) => {
    expect((await loadRun(withRules('semver'), { ref: `refs/tags/${tag}` })).release).toEqual(release);
  });
});

it('a pull request gets no branch tag, even when it runs on the ref of its base', async () => {
  const change = withRules('sha', 'branch', 'latest');
  const run = await loadRun(change, {
    event: { repository: { default_branch: 'main' }, pull_request: { number: 7 } },
  });
  expect(planJobs(settings(change), run)[0]?.tags.map(({ name }) => name)).toEqual([`sha-${sha.slice(0, 12)}`]);
  expect(run.notices).toEqual([
    'The rule branch gives no tag in this run: no branch was pushed.',
    'The rule latest gives no tag in this run: neither a version nor a branch was pushed.',
  ]);
});
