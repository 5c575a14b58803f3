import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { isExecutable, makeDirectory } from './cache.ts';
import { runTool } from './run.ts';
import type { GoTool } from './table.ts';

/** From 1.21 on, Go fetches the toolchain that a module asks for by itself: https://go.dev/doc/toolchain */
const OLDEST_GO = [1, 21] as const;

/** The version of the Go on the path, such as `go1.26.8`; undefined if there is none. */
export async function goVersion(): Promise<string | undefined> {
  const result = await execa('go', ['env', 'GOVERSION'], { reject: false, cwd: import.meta.dirname });
  return result.failed ? undefined : result.stdout.trim();
}

/** Throws unless `version` (of {@link goVersion}) can build the lab's tools. */
export function requireGo(version: string | undefined, wanted: readonly string[]): void {
  if (!version) {
    throw new LabError(
      `Go is not on the path, and these tools must be built with it: ${wanted.join(', ')}.`,
      'Install Go from https://go.dev/dl. If it is there already, sudo may have dropped it from the path: sudo env "PATH=$PATH:/usr/local/go/bin" npm run lab -- up',
    );
  }
  const numbers = /^go(\d+)\.(\d+)/.exec(version);
  // Development versions call themselves "devel …": newer than any release.
  if (!numbers) return;
  const [major, minor] = [Number(numbers[1]), Number(numbers[2])];
  if (major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1])) return;
  throw new LabError(
    `${version} is too old to build ${wanted.join(', ')}: Go ${OLDEST_GO.join('.')} or newer is needed.`,
    'Install the newest Go from https://go.dev/dl and put its bin directory first on the path.',
  );
}

/** Hash of everything but the Go version that decides what is built, so that a change of the recipe rebuilds. */
async function recipeHash(tool: GoTool, toolsDir: string): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([tool.package, tool.stamps ?? [], FLAGS, ...(tool.files ?? [])]),
  );
  if (tool.module) hash.update(await readFile(join(toolsDir, tool.module, 'go.sum')));
  return hash.digest('hex').slice(0, 10);
}

/** The directory of a build: named by tool, version, recipe and Go version. */
export async function buildDirectory(
  name: string,
  tool: GoTool,
  go: string,
  cache: string,
  toolsDir: string,
): Promise<string> {
  return join(cache, `${name}-${tool.version}-${await recipeHash(tool, toolsDir)}-${go.replaceAll(/[^\w.+-]/g, '_')}`);
}

/**
 * The program of a finished build, or undefined. Without Go on the machine (`go` undefined) any Go version's build
 * serves, the newest first: nothing could be built anew anyway.
 */
export async function findBuild(name: string, tool: GoTool, go: string | undefined, cache: string, toolsDir: string) {
  if (go) {
    const file = join(await buildDirectory(name, tool, go, cache, toolsDir), name);
    return (await isExecutable(file)) ? file : undefined;
  }
  const prefix = `${name}-${tool.version}-${await recipeHash(tool, toolsDir)}-`;
  const directories = await readdir(cache).catch(() => [] as string[]);
  const files = directories
    .filter((directory) => directory.startsWith(prefix) && !directory.endsWith('.tmp'))
    .map((directory) => join(cache, directory, name));
  const found: { file: string; time: number }[] = [];
  for (const file of files) {
    if (await isExecutable(file)) found.push({ file, time: (await stat(file)).mtimeMs });
  }
  return found.sort((a, b) => b.time - a.time)[0]?.file;
}

/** Name of the directory, beside a program, of what was copied out of its module. */
const FILES = 'files';

const FLAGS = ['-trimpath', '-buildvcs=false'] as const;

/** Builds `tool` into its directory and returns the program. */
export async function buildTool(
  name: string,
  tool: GoTool,
  go: string,
  cache: string,
  toolsDir: string,
  signal?: AbortSignal,
) {
  const target = await buildDirectory(name, tool, go, cache, toolsDir);
  await makeDirectory(target, async (temporary) => {
    const stamps = (tool.stamps ?? []).map((stamp) => `-X ${stamp}`);
    const flags = [...FLAGS, '-ldflags', ['-s', '-w', ...stamps].join(' ')];
    const env = { CGO_ENABLED: '0', GOWORK: 'off', GOBIN: temporary };
    const cwd = tool.module ? join(toolsDir, tool.module) : temporary;
    const wanted = tool.module ? tool.package : `${tool.package}@${tool.version}`;
    await runTool(`building ${name} ${tool.version}`, 'go', ['install', ...flags, wanted], { cwd, env, signal });
    if (tool.program) await rename(join(temporary, tool.program), join(temporary, name));
    if (tool.files) await copyFiles(name, tool, tool.files, cwd, join(temporary, FILES), signal);
  });
  return join(target, name);
}

/** Copies files out of the tool's module; building has brought its sources into Go's cache. */
async function copyFiles(
  name: string,
  tool: GoTool,
  files: readonly string[],
  cwd: string,
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const module = tool.package.replace(/\/cmd(\/.*)?$/, '');
  const query = tool.module
    ? ['list', '-m', '-json', module]
    : ['mod', 'download', '-json', `${module}@${tool.version}`];
  const options = { cwd, env: { GOWORK: 'off' }, signal, stdoutOnly: true };
  const found = JSON.parse(await runTool(`looking for the files of ${name}`, 'go', query, options)) as { Dir: string };
  for (const file of files) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await cp(join(found.Dir, file), join(target, file));
  }
}

/** The directory beside a built `program` with the files that its tool keeps. */
export const filesBeside = (program: string): string => join(dirname(program), FILES);
