import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ToolMissingError } from '../../../lib/errors.ts';
import type { RegistryName } from '../../../lib/identifiers.ts';
import type { Promotion } from '../../src/inputs/promotion-input.ts';
import { git, loadRun, noGit, sha, withRules } from '../images/run.ts';

const other = 'f'.repeat(40);
const elsewhere = () => git('1700000000\n', `${other}\n`);

describe('a checkout of another commit', () => {
  it.each(['sha', 'sha-long', 'semver'])('is an error before anything is built with the rule %s', async (rule) => {
    await expect(loadRun(withRules('branch', rule), { exec: elsewhere() })).rejects.toMatchObject({
      what: 'another commit than that of the run is checked out',
      why: expect.stringContaining(`the checkout is at ${other}, but the run is for ${sha}`),
      next: expect.stringContaining('commit: checkout'),
    });
  });

  it.each<[string, Parameters<typeof loadRun>[0]]>([
    ['nothing is pushed', { push: false }],
    ['no tag names the commit', withRules('raw:edge', 'branch')],
  ])('is a notice when %s', async (_title, change) => {
    const { notices, context } = await loadRun(change, { exec: elsewhere() });
    expect(notices).toEqual([expect.stringContaining(`The checkout is at ${other}`)]);
    expect(context.sha).toBe(sha);
  });

  it('does not matter when the image is only promoted', async () => {
    const promotion: Promotion = {
      from: 'staging.example' as RegistryName,
      mode: 'require',
      commit: undefined,
      digests: new Map(),
    };
    const exec = elsewhere();
    const { notices, context } = await loadRun({ promotion }, { exec });
    expect([context.sha, notices, exec.calls]).toEqual([sha, [], []]);
    await expect(loadRun({ promotion: { ...promotion, mode: 'verify' } }, { exec: elsewhere() })).rejects.toMatchObject(
      { what: 'another commit than that of the run is checked out' },
    );
  });

  it('is what is tagged with `commit: checkout`', async () => {
    const { context, notices } = await loadRun({ commit: 'checkout' }, { exec: elsewhere() });
    expect([context.sha, notices]).toEqual([other, []]);
  });
});

describe('without a checkout', () => {
  it('no repository around the workspace takes its place', async () => {
    const exec = git();
    const { context } = await loadRun({}, { exec });
    const call = exec.calls.find(({ args }) => args.includes('rev-parse'));
    expect(call?.options.env?.GIT_CEILING_DIRECTORIES).toBe(dirname(context.workspace));
  });

  it('nothing is compared', async () => {
    expect((await loadRun({ reproducible: false }, { exec: noGit() })).context.sha).toBe(sha);
    const missing = { run: () => Promise.reject(new ToolMissingError('git', 'x')) };
    expect((await loadRun({ reproducible: false }, { exec: missing })).context.sha).toBe(sha);
  });

  it('`commit: checkout` is an error', async () => {
    await expect(loadRun({ commit: 'checkout' }, { exec: noGit() })).rejects.toMatchObject({
      what: 'no commit is checked out',
    });
  });
});
