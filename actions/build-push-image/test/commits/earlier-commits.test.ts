import { describe, expect, it } from '@jest/globals';
import type { CommitSha, RegistryName } from '../../../lib/identifiers.ts';
import { Checkout } from '../../src/commits/checkout.ts';
import { findEarlierCommits } from '../../src/commits/earlier-commits.ts';
import { createGit } from '../../src/commits/git.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { EarlierCommits, ImageJob } from '../../src/images/image-job.ts';
import { digest, FakeBuilder, FakeExec, FakeRegistry, failed, index, job, noOptions, ok, silent } from '../fakes.ts';
import { loadRun, settings } from '../images/run.ts';

/** A commit whose SHA is one repeated hex digit. */
const commit = (digit: string) => digit.repeat(40) as CommitSha;

describe('the commits with the same sources', () => {
  /** Git with a history, newest first, in which the sources last changed at a commit. */
  const gitWith = (history: string[], last: string, shallow = 'false') =>
    new FakeExec((args) =>
      ok(
        args.includes('--is-shallow-repository')
          ? shallow
          : args.includes('--max-count=1')
            ? last && commit(last)
            : history.map(commit).join('\n'),
      ),
    );
  const find = async (exec: FakeExec, change: Parameters<typeof settings>[0] = {}, options = noOptions) => {
    const run = await loadRun();
    const { workspace } = run.context;
    const image = { context: `${workspace}/web`, file: `${workspace}/web/Dockerfile`, options };
    return findEarlierCommits(image, settings(change), {
      ...run,
      checkout: new Checkout(createGit(workspace, { exec, env: {} })),
    });
  };

  it.each<[string, string[], string, string[]]>([
    ['end with the one that changed them', ['5', '4', '3', '2'], '3', ['4', '3']],
    ['are none when the commit itself changed them', ['5', '4'], '5', []],
    ['are all that are looked at when that is before them', ['5', '4', '3'], '1', ['4', '3']],
    ['are none when Git does not know the sources', ['5', '4'], '', []],
  ])('%s', async (_title, history, last, expected) => {
    expect(await find(gitWith(history, last))).toEqual({ commits: expected.map(commit), shallow: false });
  });

  it('are those of the context, the Dockerfile and its ignore file, at most 50', async () => {
    const exec = gitWith(['5'], '5');
    await find(exec);
    const calls = exec.calls.map(({ args }) => args.join(' '));
    expect(calls[0]).toMatch(/--first-parent .*-- web web\/Dockerfile web\/Dockerfile\.dockerignore$/);
    expect(calls[1]).toContain('--max-count=51');
  });

  it.each<[string, FakeExec]>([
    ['the checkout is shallow', gitWith(['5'], '5', 'true')],
    ['there is no checkout', new FakeExec(() => failed('not a git repository'))],
  ])('may be incomplete when %s', async (_title, exec) => {
    expect(await find(exec)).toEqual({ commits: [], shallow: true });
  });

  it.each([{ commitLabels: true }, { extraArgs: ['--build-context=shared=libs/shared'] }])(
    'are none with %j',
    async (change) => {
      const exec = gitWith(['5', '4'], '4');
      expect(await find(exec, change)).toEqual({ commits: [], shallow: false });
      expect(exec.calls).toEqual([]);
    },
  );

  it('are none with a remote context', async () => {
    const exec = gitWith(['5', '4'], '4');
    const image = { context: 'https://example.com/web.git', file: 'Dockerfile', options: noOptions };
    const run = await loadRun();
    const checkout = new Checkout(createGit(run.context.workspace, { exec, env: {} }));
    expect(await findEarlierCommits(image, settings(), { ...run, checkout })).toEqual({ commits: [], shallow: false });
    expect(exec.calls).toEqual([]);
  });

  it('are none with another image as build context', async () => {
    const exec = gitWith(['5', '4'], '4');
    const options = { ...noOptions, buildContexts: new Map([['base', 'image:base']]) };
    expect(await find(exec, {}, options)).toEqual({ commits: [], shallow: false });
    expect(exec.calls).toEqual([]);
  });
});

describe('promotion of an image that the commit did not change', () => {
  const promote = (mode: 'prefer' | 'require' | 'verify', earlier: EarlierCommits) => {
    const registry = new FakeRegistry();
    registry.release('staging.example/web', index('1', 'a'), 'sha-333333333333', 'sha-222222222222');
    const builder = new FakeBuilder(registry, () => index(mode === 'verify' ? 'a' : '7', 'b'));
    const promoting: ImageJob = {
      ...job,
      promotion: { from: 'staging.example' as RegistryName, mode, commit: undefined, digests: new Map() },
      earlierCommits: async () => earlier,
    };
    const lines: string[] = [];
    const log = { ...silent, progress: (text: string) => lines.push(text) };
    return { result: buildOrPromote(promoting, { registry, builder }, log), lines, registry };
  };

  it.each(['prefer', 'require', 'verify'] as const)(
    'with %s copies that of the newest commit with the same sources, and says so',
    async (mode) => {
      const { result, lines } = promote(mode, { commits: ['4', '3', '2'].map(commit), shallow: false });
      expect(await result).toMatchObject({ digest: digest('1'), promoted: true });
      expect(lines[0]).toContain(`the one of ${commit('3')} is promoted: its sources have not changed since`);
    },
  );

  it('is an error when none of these commits has an image either', async () => {
    const { result } = promote('require', { commits: [commit('9')], shallow: false });
    await expect(result).rejects.toMatchObject({
      why: expect.stringContaining('nor of an earlier commit with the same sources (1 looked up)'),
      next: expect.not.stringContaining('fetch-depth'),
    });
  });

  it('advises to check out the history when the checkout is shallow', async () => {
    const { result } = promote('verify', { commits: [], shallow: true });
    await expect(result).rejects.toMatchObject({ next: expect.stringContaining('`fetch-depth: 0`') });
  });
});
