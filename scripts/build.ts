/**
 * Builds each action's `dist/`: tsc, then ncc, then a minified form of every file, so that a runner reads little.
 *
 *   node scripts/build.ts [--check] [ACTION…]
 *
 * `--check` builds into another directory and fails when the committed bundles differ. The same sources give the same bytes in any checkout.
 */
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { transform } from '@swc/core';
import { execa } from 'execa';
import lockfile from 'proper-lockfile';
import { type BundleStats, licences, licensedData, packageDirectories } from './licences.ts';

export const root = join(import.meta.dirname, '..');

/** The directories below `actions/` that are actions. */
export async function actionNames(): Promise<string[]> {
  const directories = await readdir(join(root, 'actions'), { withFileTypes: true });
  return directories
    .filter((entry) => entry.isDirectory() && entry.name !== 'lib')
    .map(({ name }) => name)
    .sort();
}

async function compile(outDir: string): Promise<void> {
  await execa('tsc', ['-p', 'tsconfig.build.json', '--outDir', outDir], { cwd: root, preferLocal: true });
}

/** Minifies every file: ncc minifies its main file only, not the chunks that are loaded on demand. */
async function minifyDirectory(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.endsWith('.js')) continue;
    const path = join(directory, name);
    const source = await readFile(path, 'utf8');
    const { code } = await transform(source, {
      module: { type: 'es6' },
      isModule: true,
      minify: true,
      jsc: { target: 'es2022', minify: { compress: true, mangle: true, format: { comments: false } } },
    });
    await writeFile(path, code.endsWith('\n') ? code : `${code}\n`);
  }
}

/** Bundles the post step of an action that has one: a file of its own, which loads nothing of the main step. It uses no package. */
async function bundlePost(
  source: string,
  outDir: string,
  ncc: (source: string, out: string) => Promise<unknown>,
): Promise<void> {
  if (!existsSync(source)) return;
  const out = `${source}.bundle`;
  await ncc(source, out);
  await copyFile(join(out, 'index.js'), join(outDir, 'post.js'));
}

/** Bundles one compiled action into a directory, which is emptied first. */
async function bundle(compiled: string, action: string, outDir: string): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  const statsFile = join(compiled, `${action}.stats.json`);
  const ncc = (source: string, out: string, ...options: string[]) =>
    execa('ncc', ['build', source, '--out', out, '--no-cache', ...options], { cwd: root, preferLocal: true });
  await ncc(join(compiled, action, 'src', 'index.js'), outDir, '--stats-out', statsFile);
  await bundlePost(join(compiled, action, 'src', 'post.js'), outDir, ncc);
  await minifyDirectory(outDir);
  const stats = JSON.parse(await readFile(statsFile, 'utf8')) as BundleStats;
  const data = await licensedData(join(root, 'actions', action));
  await writeFile(join(outDir, 'licenses.txt'), await licences(packageDirectories(stats), data));
}

async function contents(directory: string): Promise<Map<string, string>> {
  const names = await readdir(directory).catch(() => []);
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(directory, name), 'utf8')] as const)),
  );
}

/** The files of a committed bundle that differ from a newly built one. */
async function findStale(built: string, committed: string): Promise<string[]> {
  const [actual, expected] = await Promise.all([contents(committed), contents(built)]);
  return [...new Set([...actual.keys(), ...expected.keys()])]
    .filter((name) => actual.get(name) !== expected.get(name))
    .map((name) => join(committed, name));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { check: { type: 'boolean', default: false } },
  });
  const known = await actionNames();
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`unknown action: ${unknown.join(', ')}. Use one of: ${known.join(', ')}`);

  // Inside node_modules, so that the compiled files find their packages. The path is always the same, because ncc numbers the chunks
  // by the paths of their modules. So only one build runs at a time.
  const work = join(root, 'node_modules', '.build');
  await mkdir(work, { recursive: true });
  const release = await lockfile.lock(work, {
    realpath: false,
    retries: { retries: 100, minTimeout: 200, maxTimeout: 2000 },
  });
  try {
    const compiled = join(work, 'actions');
    await compile(compiled);
    const stale: string[] = [];
    for (const action of positionals.length > 0 ? positionals : known) {
      const committed = join(root, 'actions', action, 'dist');
      const target = values.check ? join(work, 'dist', action) : committed;
      await bundle(compiled, action, target);
      if (values.check) stale.push(...(await findStale(target, committed)));
      else console.log(`built ${relative(root, committed)}`);
    }
    if (stale.length > 0) {
      console.error(
        `Bundles are stale. Run \`npm run build\` and commit:\n${stale.map((path) => `  ${relative(root, path)}`).join('\n')}`,
      );
      process.exitCode = 1;
    }
  } finally {
    await rm(work, { recursive: true, force: true });
    await release();
  }
}

if (import.meta.main) {
  main().catch((error: Error & { stderr?: string; stdout?: string }) => {
    console.error(error.stdout || error.stderr || error.message);
    process.exitCode = 1;
  });
}
