import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { glob } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BUILD_ROOTFS, ensureRootfs, getRootfsFile } from '../../images/rootfs.ts';
import { projectDir } from '../../paths.ts';
import { CHECKOUT_LINK } from '../../tools/checkouts.ts';
import { readReleaseName } from '../../tools/debian.ts';
import { type GoBuild, getBuildDirectory } from '../../tools/go.ts';
import { ensureTools, tools, toolsDir } from '../../tools/index.ts';
import { getPypiProgram } from '../../tools/pypi.ts';
import { describeCache, prune, ROOT_FILE_SYSTEMS } from '../index.ts';

const { XDG_CACHE_HOME } = process.env;
let home = '';
let cache = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lab cache's-"));
  process.env.XDG_CACHE_HOME = home;
  cache = join(home, 'gitops-actions-lab');
  for (const kind of ['tools', 'images']) mkdirSync(join(cache, kind), { recursive: true });
});
afterEach(() => {
  if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
  rmSync(home, { recursive: true });
});

function addFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'x'.repeat(10_000));
  chmodSync(file, 0o755);
}

const run = (...args: string[]) =>
  new Promise<{ code: unknown; output: string }>((resolve) => {
    const command = [join(projectDir, 'lab', 'cli.ts'), ...args];
    const options = { env: { ...process.env, GITOPS_LAB_DIR: join(home, 'lab') } };
    execFile(process.execPath, command, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
  });

describe('prune', () => {
  it('keeps the builds, packages and file systems that the table of this checkout names, and deletes those of others', async () => {
    const build: GoBuild = {
      name: 'act',
      tool: tools.act,
      cache: join(cache, 'tools'),
      toolsDir: join(projectDir, 'lab', 'tools'),
    };
    const used = [
      // A build of another Go version, the only one there is.
      join(await getBuildDirectory(build, 'go1.0.0'), 'act'),
      join(cache, 'tools', `gh-${await readReleaseName()}`, tools.gh.file),
      await getPypiProgram('zizmor', tools.zizmor, join(cache, 'tools')),
      ...ROOT_FILE_SYSTEMS.map((system) => join(cache, 'images', getRootfsFile(system))),
    ];
    const unused = [
      join(cache, 'tools', 'act-v0.0.1-0123456789-go1.0.0', 'act'),
      join(cache, 'tools', 'gh-buzz', tools.gh.file),
      join(cache, 'tools', 'zizmor-0.0.1-0123456789', 'bin', 'zizmor'),
      join(cache, 'images', 'build-0123456789abcdef.tar'),
    ];
    for (const file of [...used, ...unused]) addFile(file);
    await prune({ dryRun: false, report: () => {} });
    expect([...used, ...unused].filter((file) => existsSync(file))).toEqual(used);
  });
});

describe('ROOT_FILE_SYSTEMS', () => {
  it('lists every root file system of the lab', async () => {
    const declared: string[] = [];
    for await (const file of glob('lab/**/*.ts', { cwd: projectDir })) {
      const matches = readFileSync(join(projectDir, file), 'utf8').matchAll(/: Rootfs = \{\s*name: '(\w+)'/g);
      declared.push(...[...matches].map(([, name = '']) => name));
    }
    expect(ROOT_FILE_SYSTEMS.map(({ name }) => name).toSorted()).toEqual(declared.toSorted());
  });
});

describe('the links of a checkout', () => {
  it('include the checkout itself, so that it is known whether it still exists', async () => {
    await ensureTools(['node']);
    expect(readdirSync(toolsDir()).toSorted()).toEqual([CHECKOUT_LINK, 'node']);
    expect(readlinkSync(join(toolsDir(), CHECKOUT_LINK))).toBe(projectDir);
  });

  it('include its file systems', async () => {
    const file = join(cache, 'images', getRootfsFile(BUILD_ROOTFS));
    addFile(file);
    expect(await ensureRootfs(BUILD_ROOTFS, { cache: join(cache, 'images'), progress: () => {} })).toBe(file);
    expect(readlinkSync(join(toolsDir(), 'build.tar'))).toBe(file);
  });
});

describe('describeCache', () => {
  it('says what is in the cache, how large it is, and what deletes it', async () => {
    addFile(join(cache, 'tools', 'act', 'act'));
    const quoted = `'${cache.replace("'", "'\\''")}'`;
    expect(await describeCache(cache)).toEqual([
      expect.stringMatching(
        /^The cache of all labs stays, \d+ kB \(root file systems \d+ kB, tools [12]\d kB\): \/.*-lab$/,
      ),
      'To delete what no checkout uses: npm run lab -- tools --prune',
      `To delete all of it: rm -r ${quoted}`,
    ]);
  });

  it('says nothing about a cache that does not exist', async () => {
    expect(await describeCache(join(home, 'missing'))).toEqual([]);
  });
});

describe('the command', () => {
  it('lists with --dry-run what it deletes without', async () => {
    addFile(join(cache, 'tools', 'old', 'old'));
    const dry = await run('tools', '--prune', '--dry-run');
    expect(dry).toMatchObject({ code: 0, output: expect.stringContaining('would delete tool old (') });
    expect(readdirSync(join(cache, 'tools'))).toEqual(['old']);
    expect(await run('tools', '--prune')).toMatchObject({
      code: 0,
      output: expect.stringContaining('deleted tool old ('),
    });
    expect(readdirSync(join(cache, 'tools'))).toEqual([]);
  });

  it.each([
    [['--dry-run'], '--dry-run is an option of --prune.'],
    [['act', '--prune'], '--prune deletes everything that is unused, not single tools.'],
    [['--prune', '--all'], "unknown option '--all'"],
  ])('with %j deletes nothing and says why', async (args, message) => {
    addFile(join(cache, 'tools', 'old', 'old'));
    expect(await run('tools', ...args)).toMatchObject({ code: 1, output: expect.stringContaining(message) });
    expect(readdirSync(join(cache, 'tools'))).toEqual(['old']);
  });
});
