import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { InputError } from '../../../lib/errors.ts';
import { readSettings } from '../../src/inputs/read-settings.ts';
import { image, settings } from '../helpers.ts';

const problemsOf = async (env: Record<string, string>): Promise<string[]> => {
  const error = await readSettings(env).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems.map(({ input, problem }) => `${input} ${problem}`);
};

describe('settings', () => {
  it('has the defaults of action.yml', async () => {
    const { inputs } = parse(await readFile(new URL('../../action.yml', import.meta.url), 'utf8')) as {
      inputs: Record<string, { default?: string }>;
    };
    const defaults = Object.entries(inputs).flatMap(([name, { default: value }]) =>
      value === undefined || value.startsWith('${{') ? [] : [[name, value]],
    );
    expect(await settings(Object.fromEntries(defaults))).toEqual(await settings({}));
  });

  it('reports all invalid inputs at once', async () => {
    const problems = await problemsOf({
      GITHUB_REPOSITORY: 'octo/shop',
      INPUT_CHARTS: '../x\n/abs\n.git/y\nok',
      INPUT_VERSION: 'newest',
      INPUT_IMAGES: '- repository: x',
      INPUT_VALUES: 'a.b',
      'INPUT_VALUES-FILES': '../values.yaml',
      INPUT_MODE: 'push',
      INPUT_BRANCH: 'a..b',
      'INPUT_COMMIT-MESSAGE': '{chrt}',
      'INPUT_AUTO-MERGE': 'maybe',
      'INPUT_ALLOW-DOWNGRADE': 'yes',
      INPUT_CREATE: '1',
      INPUT_RETRIES: '100',
      'INPUT_MAX-ATTEMPTS': '0',
      'INPUT_DRY-RUN': 'x',
      INPUT_SUMMARY: 'on',
      INPUT_REPOSITORY: 'octo',
    });
    const names = [
      ...[
        'mode',
        'charts (line 1)',
        'charts (line 2)',
        'charts (line 3)',
        'version',
        'images',
        'values (line 1)',
        'values-files (line 1)',
      ],
      ...[
        'commit-message',
        'repository',
        'token',
        'branch',
        'auto-merge',
        'allow-downgrade',
        'create',
        'retries',
        'max-attempts',
        'dry-run',
        'summary',
      ],
    ];
    expect(problems).toHaveLength(names.length);
    for (const name of names) expect(problems.join('\n')).toContain(name);
  });

  it.each([
    ['refs/tags/v1.4.2', '1.4.2'],
    ['refs/tags/1.5.0-rc.1', '1.5.0-rc.1'],
  ])('uses the version of the pushed tag %s', async (ref, version) => {
    expect((await settings({}, { GITHUB_REF: ref })).version).toMatchObject({ kind: 'exact', version: { version } });
  });

  it('bumps the patch level on a branch', async () => {
    expect((await settings({}, { GITHUB_REF: 'refs/heads/v1.4.2' })).version).toEqual({
      kind: 'level',
      level: 'patch',
    });
  });

  it.each(['v1.0.0$(touch pwned)', 'release-1', 'v1.0', 'v1.0.0 '])(
    'rejects the tag %j, which is not a version',
    async (tag) => {
      const problems = await problemsOf({
        INPUT_CHARTS: 'x',
        INPUT_TOKEN: 't',
        GITHUB_REPOSITORY: 'o/r',
        GITHUB_REF: `refs/tags/${tag}`,
      });
      expect(problems).toEqual([
        expect.stringContaining('version is auto, and the pushed tag is not a semantic version'),
      ]);
    },
  );

  it('needs no token and no repository in a worktree', async () => {
    const read = await readSettings({ INPUT_CHARTS: 'helm/shop', INPUT_MODE: 'worktree' });
    expect(read).toMatchObject({ mode: 'worktree', repository: undefined });
  });

  it('rejects inputs that request nothing', async () => {
    const env = { INPUT_CHARTS: 'x', INPUT_TOKEN: 't', GITHUB_REPOSITORY: 'o/r', INPUT_VERSION: 'none' };
    expect(await problemsOf(env)).toEqual([expect.stringContaining('leaves nothing to do')]);
  });

  it('does not treat an invalid input as missing', async () => {
    const env = { INPUT_CHARTS: 'x', INPUT_TOKEN: 't', GITHUB_REPOSITORY: 'o/r', INPUT_VERSION: 'none' };
    expect(await problemsOf({ ...env, INPUT_IMAGES: '{}' })).toEqual([expect.stringContaining('images is not a list')]);
  });

  it.each(['main', 'release/1.4', 'feature/#7-ünï', 'a-b_c', 'refs/heads/main'])(
    'accepts the branch %s',
    async (branch) => {
      expect((await settings({ branch })).branch).toBe(branch.replace('refs/heads/', ''));
    },
  );

  it.each([
    'a b',
    'a~1',
    'a^',
    'a:b',
    'a?',
    'a*',
    'a[',
    'a\\b',
    '.a',
    'a/.b',
    'a.lock',
    'a/',
    '/a',
    'a//b',
    'a@{1}',
    '@',
    '-a',
    'a.',
    'a\u0007b',
    'refs/tags/v1',
    'refs/pull/7/head',
  ])('rejects the branch %j', async (branch) => {
    await expect(settings({ branch })).rejects.toThrow(
      /branch is not (a valid Git reference name|under refs\/heads\/)/,
    );
  });

  it.each<[Record<string, string>, number, string]>([
    [{}, 9, ''],
    [{ retries: '0' }, 0, ''],
    [
      { retries: '9', 'max-attempts': '3' },
      2,
      'max-attempts is deprecated and will be removed in the next major version; use retries: 2',
    ],
    [
      { 'max-attempts': '1' },
      0,
      'max-attempts is deprecated and will be removed in the next major version; use retries: 0',
    ],
  ])('%j is %i retries', async (inputs, retries, warning) => {
    const read = await settings(inputs);
    expect([read.retries, read.warnings.join('\n')]).toEqual([retries, warning]);
  });

  it('accepts the former name of retries only without the new one', async () => {
    await expect(settings({ retries: '3', 'max-attempts': '3' })).rejects.toThrow(
      'max-attempts is the deprecated name of retries, which is also given (given: "3"); remove max-attempts',
    );
  });

  it('reads images, labels and the merge method', async () => {
    const read = await settings({
      images: image('ghcr.io/o/web'),
      'pull-request-labels': 'a\nb c',
      'auto-merge': 'squash',
    });
    expect(read).toMatchObject({
      images: [{ repository: 'ghcr.io/o/web' }],
      pullRequest: { labels: ['a', 'b c'], autoMerge: 'squash' },
    });
  });

  it('rejects an empty string as images', async () => {
    await expect(settings({ images: '' })).rejects.toThrow('images is empty');
  });

  it('does not count images: none as a request', async () => {
    await expect(settings({ images: 'none', version: 'none' })).rejects.toThrow('leaves nothing to do');
  });
});
