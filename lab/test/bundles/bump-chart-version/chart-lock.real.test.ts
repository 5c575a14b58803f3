import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { ensureTools, toolsEnv } from '../../../tools/index.ts';
import { runStep } from '../step.ts';

let dir = '';
let server: Server | undefined;
let env: NodeJS.ProcessEnv = {};
let repositoryUrl = '';

const helm = (...args: string[]) => execa('helm', args, { cwd: dir, env, reject: false });

function write(path: string, content: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), content);
}

const read = (path: string): string => readFileSync(join(dir, path), 'utf8');

/** A chart without templates. */
const writeChart = (path: string, name: string, version: string): void =>
  write(`${path}/Chart.yaml`, `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bump-lock-'));
  await ensureTools(['helm']);
  env = { PATH: toolsEnv().PATH };
  for (const kind of ['CACHE', 'CONFIG', 'DATA']) env[`HELM_${kind}_HOME`] = join(dir, `helm-${kind}`);
  server = createServer((request, response) => response.end(readFileSync(join(dir, 'repository', request.url ?? ''))));
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  repositoryUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const version of ['5.0.0', '5.1.0', '5.2.0']) {
    writeChart('packed/redis', 'redis', version);
    await helm('package', 'packed/redis', '--destination', 'repository');
  }
  await helm('repo', 'index', 'repository');
  await helm('repo', 'add', 'lab', repositoryUrl);
}, 600_000);
afterAll(() => {
  server?.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Runs the bundle in mode `worktree`. */
const bump = (values: string) =>
  runStep({
    action: 'bump-chart-version',
    dir,
    inputs: { charts: 'shop', mode: 'worktree', version: 'minor', values },
    env: { GITHUB_WORKSPACE: dir, GITHUB_REPOSITORY: 'acme/shop', GITHUB_REF: 'refs/heads/main' },
  });

/** The dependencies of the umbrella chart, with everything that the digest depends on. */
const dependencies = (): string => `dependencies:
  - name: common
    version: 2.0.0
    repository: file://../common
    alias: "base"
    condition: common.enabled,global.common
    tags: [front, "a & b"]
    import-values:
      - data
      - { parent: exports, child: "<root>" }
  - name: redis
    version: ">=5.0.0 <5.2.0"
    repository: "@lab"
  - name: redis
    alias: cache
    version: 5.0.0
    repository: ${repositoryUrl}
  - name: inner
    version: 1.0.0
    repository: ""
`;

describe('the lock file of an umbrella chart', () => {
  it.each([
    ['Chart', 'v2'],
    ['requirements', 'v1'],
  ])('%s.lock is accepted by Helm after the version of a dependency changed', async (file, apiVersion) => {
    rmSync(join(dir, 'shop'), { recursive: true, force: true });
    writeChart('common', 'common', '2.0.0');
    writeChart('shop/charts/inner', 'inner', '1.0.0');
    const chart = `apiVersion: ${apiVersion}\nname: shop\nversion: 1.4.1\n`;
    write('shop/Chart.yaml', file === 'Chart' ? `${chart}${dependencies()}` : chart);
    if (file !== 'Chart') write(`shop/${file}.yaml`, dependencies());
    expect(await helm('dependency', 'update', 'shop')).toMatchObject({ exitCode: 0 });
    const before = read(`shop/${file}.lock`);

    writeChart('common', 'common', '2.1.0');
    const change = [
      `${file}.yaml:dependencies[name=common].version=2.1.0`,
      `${file}.yaml:dependencies[2].version=5.1.0`,
    ];
    expect(await bump(change.join('\n'))).toMatchObject({ exitCode: 0, outputs: { changed: 'true' } });
    const after = read(`shop/${file}.lock`);
    const build = await helm('dependency', 'build', 'shop');
    expect([build.exitCode, build.stderr]).toEqual([0, expect.not.stringContaining('out of sync')]);
    const list = await helm('dependency', 'list', 'shop');
    expect(list.stdout.match(/\t(ok|unpacked)\s*$/gm)).toHaveLength(4);

    // Helm's own lock for the same dependencies differs in its time only.
    expect(await helm('dependency', 'update', 'shop')).toMatchObject({ exitCode: 0 });
    const withoutTime = (text: string): string => text.replace(/^generated: .*$/m, 'generated:');
    expect(withoutTime(after)).toBe(withoutTime(read(`shop/${file}.lock`)));
    expect(after.split('\n').at(-2)).toBe(before.split('\n').at(-2));
  });

  it('that cannot follow a range is reported with the command, and Helm rejects it', async () => {
    rmSync(join(dir, 'shop'), { recursive: true, force: true });
    writeChart('common', 'common', '2.0.0');
    write(
      'shop/Chart.yaml',
      `apiVersion: v2\nname: shop\nversion: 1.4.1\ndependencies:\n  - name: common\n    version: 2.0.0\n    repository: file://../common\n`,
    );
    await helm('dependency', 'update', 'shop');
    const result = await bump('Chart.yaml:dependencies[name=common].version=~2.0.0');
    expect(result.exitCode).toBe(0);
    expect(result.log).toContain('run helm dependency update');
    expect((await helm('dependency', 'build', 'shop')).stderr).toContain('out of sync');
    expect(await helm('dependency', 'update', 'shop')).toMatchObject({ exitCode: 0 });
  });
});
