import { describe, expect, it } from '@jest/globals';
import { commitMessage } from '../../src/commit/message.ts';
import { type FileState, requireFiles } from '../../src/files/file-source.ts';
import { makePlan, type Plan, pathsOf } from '../../src/plan/plan.ts';
import { bytes, CHART, image, settings } from '../helpers.ts';

const IMAGE = 'image: {repository: r.io/web, tag: 1.4.1, digest: ""}\n';
const BAD = 'a: [\n';

/** The plan for the files of a repository; `@` as the content stands for a symbolic link. */
async function planIn(
  files: Record<string, string>,
  inputs: Record<string, string>,
): Promise<Plan & { listed: string[] }> {
  const request = await settings({ version: 'none', images: image('r.io/web'), ...inputs });
  const listed: string[] = [];
  const stateOf = (path: string): FileState => {
    const text = files[path];
    if (text === undefined) return { kind: 'missing' };
    return text === '@' ? { kind: 'refused', why: 'is a symbolic link' } : { kind: 'file', bytes: bytes(text) };
  };
  const source = {
    files: new Map(pathsOf(request).map((path) => [path, stateOf(path)])),
    list: async (directory: string) => {
      listed.push(directory);
      const names = Object.keys(files).flatMap((path) =>
        path.startsWith(`${directory}/`) ? [path.slice(directory.length + 1)] : [],
      );
      return names.length === 0 ? undefined : names;
    },
  };
  return { ...makePlan(request, await requireFiles(request, source)), listed };
}

const changedFiles = ({ files }: Plan): string[] => files.map(({ path }) => path);

describe('values files', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['in the chart directory', { 'helm/shop/values.yaml': IMAGE }, {}, ['helm/shop/values.yaml']],
    [
      'from the root',
      { 'env/dev/values.yaml': IMAGE },
      { 'values-files': 'env/dev/values.yaml' },
      ['env/dev/values.yaml'],
    ],
    [
      'not from the root where a chart has the file',
      { 'helm/shop/values.yaml': IMAGE, 'values.yaml': IMAGE },
      {},
      ['helm/shop/values.yaml'],
    ],
    [
      'and what is at the root does not matter then',
      { 'helm/shop/values.yaml': IMAGE, 'values.yaml': '@' },
      {},
      ['helm/shop/values.yaml'],
    ],
    [
      'not even when it is invalid',
      { 'helm/shop/values.yaml': IMAGE, 'values.yaml': BAD },
      {},
      ['helm/shop/values.yaml'],
    ],
    [
      'both ways for several files',
      { 'helm/shop/values.yaml': IMAGE, 'env/dev.yaml': IMAGE },
      { 'values-files': 'values.yaml\nenv/dev.yaml' },
      ['helm/shop/values.yaml', 'env/dev.yaml'],
    ],
  ])('are searched %s', async (_, files, inputs, expected) => {
    const plan = await planIn({ 'helm/shop/Chart.yaml': CHART, ...files }, inputs);
    expect(changedFiles(plan)).toEqual(expected);
    expect(plan.listed).toEqual([]);
  });

  it('that exist in no chart and not at the root are an error', async () => {
    await expect(planIn({ 'helm/shop/Chart.yaml': CHART }, { 'values-files': 'env/dev.yaml' })).rejects.toThrow(
      'values file env/dev.yaml is missing, in the chart directories and from the root; helm/shop/ contains: Chart.yaml',
    );
  });

  it('outside the charts are not taken back to an older image', async () => {
    const files = {
      'helm/shop/Chart.yaml': CHART,
      'env/dev.yaml': IMAGE.replace('1.4.1', '1.5.0'),
      'env/prod.yaml': IMAGE,
    };
    const inputs = { 'values-files': 'env/dev.yaml\nenv/prod.yaml' };
    const plan = await planIn(files, inputs);
    expect(changedFiles(plan)).toEqual(['env/prod.yaml']);
    expect(plan.warnings).toEqual([
      expect.stringContaining('env/dev.yaml has r.io/web at 1.5.0, which is newer than 1.4.2'),
    ]);
    expect(plan.images.map(({ file }) => file.path)).toEqual(['env/prod.yaml']);
    expect(changedFiles(await planIn(files, { ...inputs, 'allow-downgrade': 'true' }))).toHaveLength(2);
  });
});

describe('a directory without Chart.yaml', () => {
  const files = { 'env/dev/values.yaml': IMAGE };

  it('is fine with version: none', async () => {
    const plan = await planIn(files, { charts: 'env/dev' });
    expect(changedFiles(plan)).toEqual(['env/dev/values.yaml']);
    expect(plan.charts).toMatchObject([{ path: 'env/dev', name: 'dev', version: '', changed: true }]);
    expect(plan.listed).toEqual([]);
    const message = commitMessage('chore(release): {chart} {version}', plan, {
      repository: 'o/r',
      sha: undefined,
      runUrl: undefined,
    });
    expect(message).toEqual({ headline: 'chore(release): dev', body: expect.stringMatching(/^Image: [^\n]*$/) });
  });

  it('is fine for a kustomization', async () => {
    const kustomization = 'images:\n- name: web\n  newName: r.io/web\n  newTag: 1.4.1\n';
    const plan = await planIn(
      { 'overlays/dev/kustomization.yaml': kustomization },
      { charts: 'overlays/dev', 'values-files': 'kustomization.yaml' },
    );
    expect(plan.files.map(({ text }) => text)).toEqual([kustomization.replace('1.4.1', '1.4.2')]);
  });

  it('is not taken back to an older image', async () => {
    const plan = await planIn({ 'env/dev/values.yaml': IMAGE.replace('1.4.1', '1.5.0') }, { charts: 'env/dev' });
    expect(plan.files).toEqual([]);
    expect(plan.charts[0]?.skipped).toContain('env/dev has r.io/web at 1.5.0, which is newer than 1.4.2');
  });

  it.each([
    [
      { version: 'patch' },
      'env/dev/Chart.yaml is missing; env/dev/ contains: values.yaml; a directory without Chart.yaml needs version: none',
    ],
    [{ 'app-version': '1.0.0' }, 'env/dev/Chart.yaml is missing'],
    [{ charts: 'env/other' }, 'env/other/Chart.yaml is missing; directory env/other does not exist'],
  ])('is an error with %j', async (inputs, problem) => {
    await expect(planIn(files, { charts: 'env/dev', ...inputs })).rejects.toThrow(problem);
  });
});
