import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { type Context, readContext } from '../../../lib/context.ts';
import { ToolMissingError } from '../../../lib/errors.ts';
import type { Exec, ExecResult } from '../../../lib/exec.ts';
import type { RegistryName } from '../../../lib/identifiers.ts';
import { takeOrders } from '../../src/images/plan.ts';
import { readRun } from '../../src/images/run-context.ts';
import type { Settings } from '../../src/inputs/inputs.ts';
import { parseTagRule, type TagRule } from '../../src/tags/tag-rules.ts';
import { FakeExec, failed, ok, plan } from '../fakes.ts';

const sha = '0123456789abcdef0123456789abcdef01234567';
const context = (ref = 'refs/heads/main'): Context =>
  readContext({
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: sha,
    GITHUB_REF: ref,
    GITHUB_WORKSPACE: tmpdir(),
    GITHUB_RUN_ID: '7',
    GITHUB_RUN_ATTEMPT: '2',
  });
const rules = (...texts: string[]): TagRule[] =>
  texts.flatMap((text) => {
    const parsed = parseTagRule(text);
    return 'value' in parsed ? [parsed.value] : [];
  });
const settings = (change: Partial<Settings> = {}): Settings => ({
  area: { workspace: tmpdir() },
  images: [{ ...plan.image, platforms: ['linux/amd64'], labels: new Map([['own', 'label']]) }],
  registry: 'ghcr.io/acme' as RegistryName,
  logins: [],
  tags: rules('sha'),
  promotion: undefined,
  push: true,
  cache: 'gha',
  provenance: 'mode=max',
  sbom: 'false',
  reproducible: true,
  builder: undefined,
  maxParallel: 4,
  retries: 3,
  extraArgs: [],
  dryRun: false,
  summary: true,
  notices: [],
  ...change,
});
/** Git in a checkout of a commit at a time. */
const git = (time = '1700000000\n', head = `${sha}\n`) =>
  new FakeExec((args) => ok(args.includes('log') ? time : head));
const noGit = (result: ExecResult = failed('not a git repository')) => new FakeExec(() => result);
const read = (change: Partial<Settings> = {}, ref?: string, exec: Exec = git(), event: Record<string, unknown> = {}) =>
  readRun(settings(change), context(ref), event, { exec, env: {} });

describe('the time of a reproducible image', () => {
  it("is the commit's, from the checkout", async () => {
    const exec = git();
    expect(await read({}, undefined, exec)).toMatchObject({
      epoch: 1_700_000_000,
      created: new Date(1_700_000_000_000),
      notices: [],
    });
    expect(exec.calls[0]?.args).toContain(sha);
  });

  const event = { head_commit: { id: sha, timestamp: '2023-11-14T23:13:20+01:00' } };
  const missing: Exec = { run: () => Promise.reject(new ToolMissingError('git', 'x')) };

  it.each<[string, Exec]>([
    ['there is no checkout', noGit()],
    ['the checkout has not the commit', noGit({ exitCode: 128, stdout: '', stderr: 'fatal: bad object' })],
    ['there is no Git', missing],
  ])('is that of the event where %s', async (_title, exec) => {
    expect((await read({}, undefined, exec, event)).epoch).toBe(1_700_000_000);
  });

  it.each([
    {},
    { head_commit: null },
    { head_commit: { id: sha } },
    { head_commit: { ...event.head_commit, id: sha.replace('0', 'f') } },
  ])('is an error where nobody knows it (event %j)', async (other) => {
    await expect(read({}, undefined, noGit(), other)).rejects.toMatchObject({
      what: 'the time of the commit is unknown',
      next: expect.stringContaining('reproducible: false'),
    });
  });

  it('is not asked for when the image need not be reproducible', async () => {
    const exec = noGit();
    expect((await read({ reproducible: false }, undefined, exec)).epoch).toBeUndefined();
    expect(exec.calls).toEqual([]);
  });

  it('comes with a notice when another commit is checked out', async () => {
    expect((await read({}, undefined, git('1\n', 'f00\n'))).notices).toEqual([
      expect.stringContaining('The checkout is at f00'),
    ]);
  });
});

describe('the tag of a run', () => {
  it.each(['latest', 'v1', 'v1.0', '1.2.3.4', 'v1.0.0$(touch pwned)', 'vv1.0.0'])('%s is no version', async (tag) => {
    expect((await read({}, `refs/tags/${tag}`)).release).toBeUndefined();
  });

  it.each([
    ['v1.4.2', { text: '1.4.2', major: 1, minor: 4, stable: true }],
    ['1.5.0-rc.1+b2', { text: '1.5.0-rc.1+b2', major: 1, minor: 5, stable: false }],
  ])('%s is a version', async (tag, release) => {
    expect((await read({ tags: rules('semver') }, `refs/tags/${tag}`)).release).toEqual(release);
  });
});

describe('the orders', () => {
  const take = async (change: Partial<Settings>, ref: string) => takeOrders(settings(change), await read(change, ref));
  const label = async (change: Partial<Settings>, ref: string) =>
    (await take(change, ref))[0]?.plan.labels.get('org.opencontainers.image.version');

  it('hold everything that decides about the build', async () => {
    const orders = await take({}, 'refs/heads/main');
    expect(orders).toMatchObject([
      {
        name: 'web',
        repository: 'ghcr.io/acme/web',
        shaTag: 'sha-0123456789ab',
        plan: {
          platforms: ['linux/amd64'],
          epoch: 1_700_000_000,
          output: 'push',
          cache: 'gha',
          fresh: false,
          builderId: 'https://github.com/acme/shop/actions/runs/7/attempts/2',
        },
      },
    ]);
    expect(Object.fromEntries(orders[0]?.plan.labels ?? [])).toEqual({
      own: 'label',
      'org.opencontainers.image.source': 'https://github.com/acme/shop',
      'org.opencontainers.image.revision': sha,
      'org.opencontainers.image.version': 'sha-0123456789ab',
      'org.opencontainers.image.created': '2023-11-14T22:13:20Z',
      'org.opencontainers.image.title': 'web',
    });
  });

  it('name the version in the label only where the image is not promoted: its digest is the same on main and at the tag', async () => {
    const promotion: Settings['promotion'] = { from: 'staging.example' as RegistryName, mode: 'verify' };
    const tags = rules('sha', 'semver');
    expect(await label({ tags }, 'refs/tags/v1.4.2')).toBe('1.4.2');
    expect(await label({ tags, promotion }, 'refs/tags/v1.4.2')).toBe(await label({ tags }, 'refs/heads/main'));
  });

  it("let a user's own label win", async () => {
    const images = [{ ...plan.image, platforms: [], labels: new Map([['org.opencontainers.image.title', 'Shop']]) }];
    const orders = await take({ images }, 'refs/heads/main');
    expect(orders[0]?.plan.labels.get('org.opencontainers.image.title')).toBe('Shop');
  });
});

it('gives a pull request no tag of a branch, also where it runs on the ref of its base', async () => {
  const { tags } = await read({ tags: rules('sha', 'branch', 'latest') }, 'refs/heads/main', git(), {
    repository: { default_branch: 'main' },
    pull_request: { number: 7 },
  });
  expect(tags.tags.map(({ name }) => name)).toEqual([`sha-${sha.slice(0, 12)}`]);
  expect(tags.skipped.map(({ rule }) => rule)).toEqual(['branch', 'latest']);
});
