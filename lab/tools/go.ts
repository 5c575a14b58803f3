import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDirectoryAtomically, isExecutable, withTemporaryDirectory } from './cache.ts';
import { runTool } from './run.ts';
import type { GoTool } from './table.ts';
import type { Go } from './toolchain.ts';

/** A tool to build from a Go module, and the directories of the build. */
export interface GoBuild {
  name: string;
  tool: GoTool;
  /** Directory of all builds. */
  cache: string;
  /** Directory that contains the pinned modules. */
  toolsDir: string;
}

/** Hash of everything but the Go version that determines the result, so that a change of the recipe rebuilds. */
async function hashRecipe({ tool, toolsDir }: GoBuild): Promise<string> {
  const hash = createHash('sha256').update(
    JSON.stringify([tool.package, tool.stamps ?? [], [...FLAGS, ...tagFlags(tool)], ...(tool.files ?? [])]),
  );
  if (tool.module) hash.update(await readFile(join(toolsDir, tool.module, 'go.sum')));
  return hash.digest('hex').slice(0, 10);
}

const getDirectoryPrefix = async (build: GoBuild): Promise<string> =>
  `${build.name}-${build.tool.version}-${await hashRecipe(build)}-`;

/** The directory of a build, named after tool, version, recipe and Go version. */
export async function getBuildDirectory(build: GoBuild, goVersion: string): Promise<string> {
  return join(build.cache, `${await getDirectoryPrefix(build)}${goVersion.replaceAll(/[^\w.+-]/g, '_')}`);
}

/**
 * The program of a finished build; undefined if there is none. If no Go is on the path (`goVersion` undefined), the newest
 * build of any Go version is used, so that Go is installed only to build what is missing.
 */
export async function findBuild(build: GoBuild, goVersion: string | undefined): Promise<string | undefined> {
  if (goVersion) {
    const file = join(await getBuildDirectory(build, goVersion), build.name);
    return (await isExecutable(file)) ? file : undefined;
  }
  const prefix = await getDirectoryPrefix(build);
  const directories = await readdir(build.cache).catch(() => [] as string[]);
  const files = directories
    .filter((directory) => directory.startsWith(prefix) && !directory.endsWith('.tmp'))
    .map((directory) => join(build.cache, directory, build.name));
  const found: { file: string; time: number }[] = [];
  for (const file of files) {
    if (await isExecutable(file)) found.push({ file, time: (await stat(file)).mtimeMs });
  }
  return found.sort((a, b) => b.time - a.time)[0]?.file;
}

/** Name of the directory, next to a program, with the files copied from its module. */
const MODULE_FILES = 'files';

const FLAGS = ['-trimpath', '-buildvcs=false'] as const;

const tagFlags = ({ tags = [] }: GoTool): string[] => (tags.length === 0 ? [] : ['-tags', tags.join(',')]);

/** Go's name of the program. */
const getProgramName = ({ name, tool }: GoBuild): string => tool.program ?? name;

/** Builds that one `go install` can do: of the same module directory and with the same tags. */
export function groupBuilds(builds: readonly GoBuild[]): GoBuild[][] {
  const groups = Map.groupBy(builds, ({ name, tool }) => JSON.stringify([tool.module ?? { name }, tagFlags(tool)]));
  return [...groups.values()];
}

/**
 * The linker's flags for each program of a group. Those for one package begin with its path, so that a program gets only its own
 * stamps, although all are linked by one command: https://pkg.go.dev/cmd/go#hdr-Compile_packages_and_dependencies
 */
function linkerFlags(group: readonly GoBuild[]): string[] {
  return group.flatMap(({ tool }) => {
    const flags = ['-s', '-w', ...(tool.stamps ?? []).map((stamp) => `-X ${stamp}`)].join(' ');
    return ['-ldflags', tool.module ? `${tool.package}=${flags}` : flags];
  });
}

export interface BuildGroupOptions {
  /** Called when the build starts, with a function that returns the names of the tools that are built so far. */
  onStart: (listBuilt: () => string[]) => void;
  signal?: AbortSignal | undefined;
}

/** Builds the tools of a group, from {@link groupBuilds}, with one command, each into its own directory. */
export async function buildGroup(
  group: readonly GoBuild[],
  go: Go,
  { onStart, signal }: BuildGroupOptions,
): Promise<void> {
  const [first] = group;
  if (!first) return;
  const { cache, tool, toolsDir } = first;
  await withTemporaryDirectory(cache, async (bin) => {
    const isBuilt = (build: GoBuild) => existsSync(join(bin, getProgramName(build)));
    onStart(() => group.filter(isBuilt).map(({ name }) => name));
    const cwd = tool.module ? join(toolsDir, tool.module) : bin;
    const packages = group.map((build) => (tool.module ? build.tool.package : `${tool.package}@${tool.version}`));
    const action = `building ${group.map((build) => `${build.name} ${build.tool.version}`).join(', ')}`;
    const env = { ...go.env, CGO_ENABLED: '0', GOBIN: bin };
    const args = ['install', ...FLAGS, ...tagFlags(tool), ...linkerFlags(group), ...packages];
    await runTool(go.program, args, { action, cwd, env, signal });
    for (const build of group) {
      await createDirectoryAtomically(await getBuildDirectory(build, go.version), async (temporary) => {
        await rename(join(bin, getProgramName(build)), join(temporary, build.name));
        if (build.tool.files) await copyModuleFiles(build, { go, cwd, target: join(temporary, MODULE_FILES), signal });
      });
    }
  });
}

/** Copies the tool's files from its module, whose sources are in Go's cache after the build. */
async function copyModuleFiles(
  { name, tool }: GoBuild,
  { go, cwd, target, signal }: { go: Go; cwd: string; target: string; signal: AbortSignal | undefined },
): Promise<void> {
  const module = tool.package.replace(/\/cmd(\/.*)?$/, '');
  const query = tool.module
    ? ['list', '-m', '-json', module]
    : ['mod', 'download', '-json', `${module}@${tool.version}`];
  const action = `locating the module files of ${name}`;
  const output = await runTool(go.program, query, { action, cwd, env: go.env, signal, stdoutOnly: true });
  const { Dir: source } = JSON.parse(output) as { Dir: string };
  for (const file of tool.files ?? []) {
    await mkdir(dirname(join(target, file)), { recursive: true });
    await cp(join(source, file), join(target, file));
  }
}

/** The directory, next to a built `program`, with the files copied from its module. */
export const getModuleFilesDir = (program: string): string => join(dirname(program), MODULE_FILES);
