import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createExec } from '../../../lib/processes/exec.ts';
import { checkoutBase } from '../../src/changes/checkout-base.ts';
import { type Changes, findChanges } from '../../src/changes/find-changes.ts';
import { discover } from '../../src/inputs/discover.ts';
import { createFiles } from '../../src/inputs/files.ts';
import { readSettings } from '../../src/inputs/inputs.ts';

let directory = '';
/** The checkout. */
let root = '';

const env = (): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: directory,
  GIT_CONFIG_NOSYSTEM: '1',
  GITHUB_WORKSPACE: root,
  RUNNER_TEMP: directory,
});

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main'];
  return execFileSync('git', [...identity, ...args], { cwd: root, env: env(), encoding: 'utf8' }).trim();
}

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'x');
}

const chart = (name: string, more = ''): string => `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n${more}`;
const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`;

const FILES = {
  'helm/a/Chart.yaml': chart('a'),
  'helm/a/.helmignore': '*.md\n',
  'helm/a/README.md': 'a\n',
  'helm/a/templates/a.yaml': map('a'),
  'helm/b/Chart.yaml': chart('b', 'dependencies: [{ name: c, version: 1.0.0, repository: "file://../../lib/c" }]\n'),
  'lib/c/Chart.yaml': chart('c', 'dependencies: [{ name: d, version: 1.0.0, repository: "file://../d" }]\n'),
  'lib/d/Chart.yaml': chart('d'),
  'helm/e/Chart.yaml': chart('e'),
  'lib/f/Chart.yaml': chart('f'),
  'lib/f/templates/_f.tpl': 'f\n',
  'helm/g/Chart.yaml': chart('g'),
  'env/g.yaml': 'a: 1\n',
  'helm/ü x/Chart.yaml': chart('u'),
  'helm/ü x/templates/a\nb.yaml': map('u'),
  'k8s/prod/a.yaml': map('a'),
  'k8s/staging/a.yaml': map('a'),
  'apps/a.yaml': map('a'),
  'crds/a.yaml': map('a'),
  'docs/a.md': 'a\n',
};

const INPUTS = {
  values: 'helm/g: env/g.yaml',
  manifests: 'k8s/**/*.yaml\napps/*.yaml',
  crds: 'crds/*.yaml',
};

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'helm-lint-scan-changes-')));
  root = join(directory, 'checkout');
  await mkdir(root);
  git('init', '--quiet');
  await write(FILES);
  await mkdir(join(root, 'helm/e/charts'));
  await symlink('../../../lib/f', join(root, 'helm/e/charts/f'));
  commit();
  git('switch', '--quiet', '--create', 'change');
});
afterEach(() => rm(directory, { recursive: true }));

async function find(inputs: Record<string, string> = {}): Promise<Changes> {
  const given = Object.entries({ ...INPUTS, 'changed-since': 'main', ...inputs });
  const all = { ...env(), ...Object.fromEntries(given.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])) };
  const settings = await readSettings(all);
  const context = { files: createFiles(root), exec: createExec({}), env: all };
  const changes = await findChanges(settings, await discover(settings), context);
  if (changes === undefined) throw new Error('there is no base');
  return changes;
}

describe('what a change can affect', () => {
  const edit = (path: string) => async () => {
    await write({ [path]: `${await readFile(join(root, path), 'utf8')}# changed\n` });
    commit();
  };
  const NONE = { cause: undefined, charts: [], manifests: [], unraised: [] };

  it.each<[string, () => Promise<void>, object]>([
    ['nothing', async () => commit(), NONE],
    ['a file that is in no chart', edit('docs/a.md'), NONE],
    ['a template', edit('helm/a/templates/a.yaml'), { ...NONE, charts: ['helm/a'], unraised: ['helm/a'] }],
    ['a file that is not packed', edit('helm/a/README.md'), { ...NONE, charts: ['helm/a'] }],
    ['a local dependency of a local dependency', edit('lib/d/Chart.yaml'), { ...NONE, charts: ['helm/b'] }],
    ['a chart behind a link', edit('lib/f/templates/_f.tpl'), { ...NONE, charts: ['helm/e'], unraised: ['helm/e'] }],
    ['a values file outside the chart', edit('env/g.yaml'), { ...NONE, charts: ['helm/g'] }],
    [
      'a chart with any characters in its name',
      edit('helm/ü x/templates/a\nb.yaml'),
      { ...NONE, charts: ['helm/ü x'], unraised: ['helm/ü x'] },
    ],
    ['a manifest', edit('k8s/prod/a.yaml'), { ...NONE, manifests: ['k8s/prod/a.yaml'] }],
    [
      'a manifest that is deleted',
      async () => {
        await rm(join(root, 'k8s/prod/a.yaml'));
        commit();
      },
      { ...NONE, manifests: ['k8s/staging/a.yaml'] },
    ],
    [
      'a chart that is deleted',
      async () => {
        await rm(join(root, 'helm/a'), { recursive: true });
        commit();
      },
      NONE,
    ],
    [
      'a template that is deleted',
      async () => {
        await rm(join(root, 'helm/a/templates/a.yaml'));
        commit();
      },
      { ...NONE, charts: ['helm/a'], unraised: ['helm/a'] },
    ],
    [
      'a new chart',
      async () => {
        await write({ 'helm/new/Chart.yaml': chart('new') });
        commit();
      },
      { ...NONE, charts: ['helm/new'] },
    ],
    ['a file in no commit', () => write({ 'helm/a/templates/new.yaml': map('b') }), { ...NONE, charts: ['helm/a'] }],
    ['a dependency that an earlier step has fetched', () => write({ 'helm/a/charts/x-1.0.0.tgz': 'x' }), NONE],
    [
      'a file that was changed by an earlier step',
      () => write({ 'helm/a/templates/a.yaml': map('b') }),
      { ...NONE, charts: ['helm/a'], unraised: ['helm/a'] },
    ],
    [
      'only the mode of a file',
      async () => {
        await chmod(join(root, 'helm/a/templates/a.yaml'), 0o755);
        commit();
      },
      NONE,
    ],
    [
      'a version that was raised',
      async () => {
        await write({ 'helm/a/Chart.yaml': chart('a').replace('1.0.0', '1.0.1') });
        commit();
      },
      { ...NONE, charts: ['helm/a'] },
    ],
    [
      'a version that was raised to the one that the base has by now',
      async () => {
        await write({ 'helm/a/Chart.yaml': chart('a').replace('1.0.0', '1.0.1') });
        commit();
        git('switch', '--quiet', 'main');
        await write({ 'helm/a/Chart.yaml': chart('a', 'icon: x\n').replace('1.0.0', '1.0.1') });
        commit();
        git('switch', '--quiet', 'change');
      },
      { ...NONE, charts: ['helm/a'], unraised: ['helm/a'] },
    ],
    [
      'only the base',
      async () => {
        git('switch', '--quiet', 'main');
        await edit('helm/a/Chart.yaml')();
        git('switch', '--quiet', 'change');
      },
      NONE,
    ],
  ])('%s', async (_, change, expected) => {
    await change();
    const { selection, unraised } = await find();
    expect({
      cause: selection.cause,
      charts: [...selection.charts],
      manifests: [...selection.manifests],
      unraised: unraised.map((entry) => entry.chart),
    }).toEqual(expected);
  });

  it('is everything, when a definition in the manifests changes', async () => {
    await write({ 'apps/crd.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n' });
    expect((await find()).selection.cause).toBe('apps/crd.yaml');
  });

  it.each([
    '.helm-lint-scan.yaml',
    'crds/a.yaml',
    'crds/new.yaml',
    'helm/a/crds/a.yaml',
    'helm/e/charts/z/crds/a.yaml',
  ])('is everything, when %s changes', async (path) => {
    await write({ [path]: `${map('x')}# changed\n` });
    commit();
    const { selection } = await find();
    expect(selection.cause).toBe(path);
    expect(selection.charts.size).toBe(5);
    expect(selection.manifests.size).toBe(3);
  });
});

describe('the base', () => {
  it.each([
    ['nowhere', 'changed-since names nowhere, which is not in the checkout', '`fetch-depth: 0`'],
    ['f'.repeat(40), `changed-since names ${'f'.repeat(40)}`, '`fetch-depth: 0`'],
  ])('%s is not in the checkout', async (ref, what, next) => {
    await expect(find({ 'changed-since': ref })).rejects.toMatchObject({
      what: expect.stringContaining(what),
      next: expect.stringContaining(next),
    });
  });

  it('is named with its remote', async () => {
    git('update-ref', 'refs/remotes/origin/trunk', 'main');
    await expect(find({ 'changed-since': 'trunk' })).rejects.toMatchObject({
      next: 'Write `changed-since: origin/trunk`.',
    });
    expect((await find({ 'changed-since': 'origin/trunk' })).selection.charts.size).toBe(0);
  });

  it('has a commit in common with the checkout', async () => {
    git('switch', '--quiet', '--orphan', 'other');
    commit();
    git('switch', '--quiet', 'change');
    await expect(find({ 'changed-since': 'other' })).rejects.toMatchObject({
      what: 'the changes since other cannot be found',
      why: 'other and the checkout have no commit in common',
    });
  });

  it('is not found in a shallow checkout, which is said', async () => {
    await write({ 'docs/a.md': 'b\n' });
    commit();
    const origin = root;
    root = join(directory, 'shallow');
    await mkdir(root);
    git('init', '--quiet');
    git('fetch', '--quiet', '--depth=1', `file://${origin}`, 'change');
    git('switch', '--quiet', '--detach', 'FETCH_HEAD');
    await expect(find({ 'changed-since': 'main' })).rejects.toMatchObject({
      why: expect.stringContaining('which is shallow'),
      next: expect.stringContaining('`fetch-depth: 0`'),
    });
    git('fetch', '--quiet', '--depth=1', `file://${origin}`, 'main:refs/remotes/origin/main');
    await expect(find({ 'changed-since': 'origin/main' })).rejects.toMatchObject({
      why: expect.stringContaining('the checkout is shallow'),
      next: expect.stringContaining('`fetch-depth: 0`'),
    });
  });

  it('needs a Git checkout in the workspace itself', async () => {
    root = join(root, 'helm');
    await expect(find({ values: '', manifests: '', crds: '' })).rejects.toMatchObject({
      what: 'changed-since needs a Git checkout',
    });
  });

  it('is written to a directory, and the checkout and its index stay as they are', async () => {
    await write({ '.gitattributes': 'lib export-ignore\n', 'helm/a/templates/new.yaml': map('b') });
    git('add', 'helm');
    const before = git('status', '--porcelain');
    const { git: run, base } = await find();
    const written = await checkoutBase(run, base, directory);
    expect(await readFile(join(written, 'helm/ü x/Chart.yaml'), 'utf8')).toBe(chart('u'));
    expect(await readFile(join(written, 'lib/d/Chart.yaml'), 'utf8')).toBe(chart('d'));
    await expect(readFile(join(written, 'helm/a/templates/new.yaml'))).rejects.toThrow('ENOENT');
    expect(git('status', '--porcelain')).toBe(before);
  });
});
