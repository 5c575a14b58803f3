import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { throwErrors } from '../../src/error-collector.ts';
import type { Helm, RenderRequest } from '../../src/helm/helm.ts';
import { withoutGit } from '../../src/helm/without-git.ts';
import { discover } from '../../src/inputs/discover.ts';
import { createFiles } from '../../src/inputs/files.ts';
import { readSettings } from '../../src/inputs/inputs.ts';
import { loadInputs } from '../../src/inputs/scan-input.ts';
import { writeReports } from '../../src/report/write.ts';

const META = 'apiVersion: v2\nname: web\nversion: 1.0.0\n';
const SECRET = 'kind: a-secret-of-the-runner\n';

let base: string;
let workspace: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'helm-links-')));
  workspace = join(base, 'work');
  await write({
    'work/helm/web/Chart.yaml': META,
    'work/helm/web/values.yaml': 'a: 1\n',
    'work/shared/a.yaml': 'a: 2\n',
    'work/.git/config': SECRET,
    'work/bin/helm': '',
    'elsewhere/secret.yaml': SECRET,
  });
});
afterEach(() => rm(base, { recursive: true }));

async function write(texts: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(base, path)), { recursive: true });
    await writeFile(join(base, path), text);
  }
}
async function link(path: string, target: string): Promise<void> {
  await mkdir(dirname(join(workspace, path)), { recursive: true });
  await symlink(target, join(workspace, path));
}
const pipe = (path: string) => execFileSync('mkfifo', [join(workspace, path)]);

const settingsOf = (inputs: Record<string, string> = {}) =>
  readSettings({
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: join(base, 'temp'),
    // A program that is on every machine.
    INPUT_HELM: 'node',
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  });

/** Why the inputs are refused; empty when they are not. */
async function refusal(inputs: Record<string, string> = {}): Promise<string> {
  try {
    throwErrors((await discover(await settingsOf(inputs))).errors);
    return '';
  } catch (error) {
    const { message } = error as Error;
    for (const text of [base, 'elsewhere', 'a-secret']) expect(message).not.toContain(text);
    return message;
  }
}

describe('a chart', () => {
  it.each<[string, string, string]>([
    ['templates/a.yaml', '../../../../elsewhere/secret.yaml', 'leads out of the workspace (a link)'],
    ['Chart.yaml', '../../../elsewhere/secret.yaml', 'leads out of the workspace (a link)'],
    ['values.yaml', '/proc/self/environ', 'leads out of the workspace (a link)'],
    ['files', '../../../elsewhere', 'leads out of the workspace (a link)'],
    ['files/config', '../../../.git/config', 'leads into .git (a link)'],
    ['files/gone.txt', 'none', 'is a broken link'],
    ['files/circle', 'circle', 'is a link that leads to itself'],
    ['charts/a.tgz', '/dev/zero', 'leads out of the workspace (a link)'],
    ['ci/a.yaml', '../../../../elsewhere/secret.yaml', 'leads out of the workspace (a link)'],
  ])('with the link %s to %s is refused once, by its path in the repository', async (path, target, problem) => {
    await rm(join(workspace, 'helm/web', path), { force: true });
    await link(`helm/web/${path}`, target);
    expect(await refusal()).toBe(`invalid input charts: helm/web/${path} ${problem}`);
  });

  it.each(['Chart.yaml', 'values.yaml', 'charts.tgz', 'ci.yaml'])('with the pipe %s holds nothing up', async (name) => {
    await rm(join(workspace, 'helm/web', name), { force: true });
    pipe(`helm/web/${name}`);
    expect(await refusal()).toBe(`invalid input charts: helm/web/${name} is neither a file nor a directory`);
  });

  it('is refused for what is behind a link that stays in the workspace', async () => {
    await link('helm/web/files', '../../shared');
    expect(await refusal()).toBe('');
    await link('shared/secret.txt', '../../elsewhere/secret.yaml');
    expect(await refusal()).toBe('invalid input charts: helm/web/files/secret.txt leads out of the workspace (a link)');
  });

  it.each<[string, Record<string, string>, string]>([
    ['to a directory above', { 'helm/web/a': '../../helm' }, 'helm/web/a'],
    ['to itself', { 'helm/web/a': '.' }, 'helm/web/a'],
    ['by two links', { 'helm/web/one/a': '../two', 'helm/web/two/b': '../one' }, 'helm/web/one/a/b'],
    ['outside the chart', { 'helm/web/a': '../../shared', 'shared/b': '.' }, 'helm/web/a/b'],
  ])(
    'whose links lead in a circle is refused: %s',
    async (_, links, path) => {
      for (const [from, target] of Object.entries(links)) await link(from, target);
      expect(await refusal()).toContain(`${path} is a link that leads to itself`);
    },
    60_000,
  );

  it('may have links that lead to the same files, and be a link itself', async () => {
    await link('helm/web/files', '../../shared');
    await link('helm/web/more/files', '../../../shared');
    await link('helm/api', 'web');
    expect(await refusal()).toBe('');
  });

  it('is refused when its links multiply its files beyond measure', async () => {
    for (let level = 0; level < 30; level++)
      for (const name of ['one', 'two']) await link(`helm/web/files/${level}/${name}`, `../${level + 1}`);
    await write({ 'work/helm/web/files/30/a.txt': '' });
    expect(await refusal()).toBe(
      'invalid input charts: helm/web has links that lead to the same files more than 10,000 times',
    );
  }, 60_000);

  it('that is not refused has no links that lead out of the workspace', async () => {
    const part = fc.constantFrom('a', 'b', '..', 'helm', 'shared', '../elsewhere', '.git', 'x');
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const name = fc.constantFrom('helm/web/a', 'helm/web/b', 'shared/x', 'shared/b', 'helm/a');
    /** Every place that is met on the way, as Helm walks. */
    const places = async (directory: string, depth = 4): Promise<string[]> => {
      const below = await Promise.all(
        (await readdir(directory)).map(async (entry) => {
          const real = await realpath(join(directory, entry));
          const isDeeper = depth > 0 && (await stat(real)).isDirectory() && entry !== '.git';
          return [real, ...(isDeeper ? await places(real, depth - 1) : [])];
        }),
      );
      return below.flat();
    };
    let clean = 0;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, path, { minKeys: 1, maxKeys: 3 }), async (links) => {
        for (const [from, target] of Object.entries(links)) await link(from, target);
        try {
          if ((await createFiles(workspace).unsafePaths('helm/web')).length > 0) return;
          clean++;
          for (const place of await places(join(workspace, 'helm/web')))
            expect(place).toMatch(new RegExp(`^${workspace}`));
        } finally {
          for (const from of Object.keys(links)) await rm(join(workspace, from));
        }
      }),
      { numRuns: 150 },
    );
    // Also some with links in them.
    expect(clean).toBeGreaterThan(5);
  });

  it('that is refused is not read, though others are', async () => {
    await write({ 'work/helm/api/Chart.yaml': META });
    pipe('helm/web/pipe');
    const settings = await settingsOf();
    const discovered = await discover(settings);
    expect(discovered.directories).toEqual(['helm/api']);
    const { input } = await loadInputs(settings, createFiles(workspace), discovered);
    expect(input.charts.map(({ path }) => path)).toEqual(['helm/api']);
    expect(() => throwErrors(discovered.errors)).toThrow('helm/web/pipe is neither');
  });
});

it('Helm gets a copy of a chart that contains .git, and every other chart unchanged', async () => {
  const asked: string[] = [];
  const answer = async ({ directory }: RenderRequest) => {
    asked.push(directory);
    return { exitCode: 0, stdout: '', stderr: '' };
  };
  let copies = 0;
  const copyChart = async (directory: string) => ({
    directory: `${directory}-copy-${++copies}`,
    empty: async () => false,
  });
  const helm = withoutGit({ render: answer, lint: answer, copyChart } as unknown as Helm);
  const request = {
    valuesFiles: [],
    kubeVersion: '1.36.0',
    releaseName: 'a',
    namespace: 'a',
    apiVersions: [],
    skipSchemas: false,
  };
  for (const directory of [workspace, join(workspace, 'helm/web')]) {
    await helm.render({ ...request, directory });
    await helm.lint({ ...request, directory });
  }
  const copy = `${workspace}-copy-1`;
  expect(asked).toEqual([copy, copy, join(workspace, 'helm/web'), join(workspace, 'helm/web')]);
});

describe('an input', () => {
  it.each<[string, string, string]>([
    ['values', 'helm/web: env/out.yaml', 'invalid input values: env/out.yaml leads out of the workspace (a link)'],
    ['values', 'helm/web: env/*.yaml', 'invalid input values: env/out.yaml leads out of the workspace (a link)'],
    ['manifests', 'env/*.yaml', 'invalid input manifests: env/out.yaml leads out of the workspace (a link)'],
    ['crds', 'env/out.yaml', 'invalid input crds: env/out.yaml leads out of the workspace (a link)'],
    ['ignore-file', 'env/out.yaml', 'invalid input ignore-file: env/out.yaml leads out of the workspace (a link)'],
    ['manifests', 'env/g*', 'invalid input manifests: env/git leads into .git (a link)'],
    ['manifests', 'env/p*', 'invalid input manifests: env/pipe is neither a file nor a directory'],
    ['values', 'helm/web: env/line*', 'invalid input values: "env/line\\nbreak.yml" has control characters'],
    ['helm', 'env/out.yaml', 'invalid input helm: helm leads out of the workspace (a link)'],
    ['helm', '../bin/helm', 'invalid input helm: helm is outside the workspace'],
    ['sarif-file', 'env/out.yaml', 'invalid input sarif-file: env/out.yaml leads out of the workspace (a link)'],
    ['report-file', 'env/git', 'invalid input report-file: env/git leads into .git (a link)'],
    ['report-file', '.git/config', 'invalid input report-file: .git/config is inside .git'],
    ['report-file', 'env/in.yml', 'invalid input report-file: env/in.yml would be written through a link (env/in.yml)'],
    ['report-file', 'env/pipe', 'invalid input report-file: env/pipe is neither a file nor a directory'],
    [
      'render-dir',
      'env/directory',
      'invalid input render-dir: env/directory would be written through a link (env/directory)',
    ],
    ['render-dir', 'env/hooks/new', 'invalid input render-dir: env/hooks/new leads into .git (a link)'],
  ])('%s: %s', async (input, value, expected) => {
    await link('env/out.yaml', '../../elsewhere/secret.yaml');
    await link('env/git', '../.git/config');
    await link('env/hooks', '../.git');
    await link('env/in.yml', '../shared/a.yaml');
    await link('env/directory', '../shared');
    await write({ 'work/env/line\nbreak.yml': '' });
    pipe('env/pipe');
    expect(await refusal({ [input]: value })).toContain(expected);
  });

  it('ignore-file is not passed over when its default leads elsewhere', async () => {
    await link('.helm-lint-scan.yaml', '../elsewhere/secret.yaml');
    expect(await refusal()).toContain('.helm-lint-scan.yaml leads out of the workspace (a link)');
  });

  it('helm may be a program of the workspace, or an absolute path', async () => {
    expect((await settingsOf({ helm: 'bin/helm' })).helm).toBe(join(workspace, 'bin/helm'));
    expect((await settingsOf({ helm: '/opt/helm/helm' })).helm).toBe('/opt/helm/helm');
  });
});

describe('a report', () => {
  const result = {
    findings: [],
    suppressed: [],
    cases: [],
    matrix: [],
    rendered: [],
    set: [],
    helm: '',
    errors: [],
    known: [],
    fixed: undefined,
    partial: false,
  };

  it('is not written through a link that was made since the inputs were looked at', async () => {
    const settings = await settingsOf({ 'report-file': 'out/scan.json' });
    await link('out/scan.json', '../.git/config');
    const { report, errors } = await writeReports(result, settings);
    expect(report).toBeUndefined();
    expect(errors.map(({ message }) => message)).toEqual([
      'out/scan.json could not be written: it leads into .git (a link)',
    ]);
    expect(await readFile(join(workspace, '.git/config'), 'utf8')).toBe(SECRET);
  });
});
