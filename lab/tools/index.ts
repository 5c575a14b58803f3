import { existsSync, realpathSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join, relative, sep } from 'node:path';
import { LabError } from '../errors.ts';
import { cacheDir, projectDir } from '../paths.ts';
import { isExecutable, linkExisting, removeTemporary, requireSpace, updateSymlink, withLock } from './cache.ts';
import { CHECKOUT_LINK, hashCheckout } from './checkouts.ts';
import { extractPackage, findCommand, installPackages, readReleaseName } from './debian.ts';
import { findBuild, type GoBuild, readGoVersion, requireGo } from './go.ts';
import { buildAll } from './go-progress.ts';
import { getPypiProgram, installPypi } from './pypi.ts';
import { type GoTool, type Tool, type ToolName, toolNames, tools } from './table.ts';

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

/** The tools in `names` and those that they require. */
function resolveDependencies(names: readonly ToolName[]): ToolName[] {
  const all = names.flatMap((name) => {
    const tool = tools[name];
    return 'needs' in tool ? [...resolveDependencies(tool.needs), name] : [name];
  });
  return [...new Set(all)];
}

/** The tool's program; undefined if it is not installed or built. */
async function locate(name: ToolName, go: string | undefined, release: string): Promise<string | undefined> {
  const tool: Tool = tools[name];
  switch (tool.from) {
    case 'debian':
      return findCommand(tool.command, process.env.PATH?.replace(toolsDir(), ''));
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
      return findBuild(toGoBuild(name), go);
    case 'npm': {
      const file = join(projectDir, 'node_modules', tool.package, tool.file);
      if (await isExecutable(file)) return file;
      throw new LabError(`The npm package ${tool.package} is not installed.`, 'Run `npm ci` in the checkout first.');
    }
    case 'pypi': {
      const file = await getPypiProgram(name, tool, buildsDir());
      return (await isExecutable(file)) ? file : undefined;
    }
    case 'lab':
      return join(import.meta.dirname, tool.file);
  }
}

/** Links the installed tools into the tools directory and returns the missing ones. */
async function linkInstalled(names: readonly ToolName[], go: string | undefined, release: string): Promise<ToolName[]> {
  await updateSymlink(join(toolsDir(), CHECKOUT_LINK), projectDir);
  const missing: ToolName[] = [];
  for (const name of names) {
    const file = await locate(name, go, release);
    const isLinked = tools[name].from === 'debian-file' || (file && (await linkExisting(join(toolsDir(), name), file)));
    if (!file || !isLinked) missing.push(name);
  }
  return missing;
}

/**
 * Ensures that the tools in `names` exist: installs or builds the missing ones, once per user, and links all of them into
 * {@link toolsDir}. Concurrent processes wait for each other.
 *
 * @throws LabError with the next step if Go, root, disk space or the network is missing
 */
export async function ensureTools(names: readonly ToolName[], options: EnsureOptions = {}): Promise<void> {
  const { progress = () => {}, signal } = options;
  const selected = resolveDependencies(names);
  const from = (origin: Tool['from']) => selected.some((name) => tools[name].from === origin);
  const [go, release] = await Promise.all([
    from('go') ? readGoVersion() : undefined,
    from('debian-extract') ? readReleaseName() : 'none',
  ]);
  if ((await linkInstalled(selected, go, release)).length === 0) return;

  const onWait = (seconds: number) => progress(`waiting for another process that installs tools (${seconds} s)`);
  await withLock(buildsDir(), { onWait, signal }, async () => {
    await removeTemporary(buildsDir());
    const missing = await linkInstalled(selected, go, release);
    const builds = missing.filter((name) => tools[name].from === 'go');
    if (builds.length > 0) {
      requireGo(go, builds);
      await requireSpace(buildsDir(), BUILD_SPACE_BYTES);
    }
    await installMissingPackages(missing, progress);
    for (const name of missing) {
      const tool = tools[name];
      if (tool.from !== 'debian-extract') continue;
      progress(`downloading ${tool.package}`);
      await extractPackage(tool.package, join(buildsDir(), `${name}-${release}`), signal);
    }
    for (const name of missing) {
      const tool = tools[name];
      if (tool.from !== 'pypi') continue;
      progress(`downloading ${tool.package}`);
      // pip itself may have been installed just now.
      await linkInstalled(tool.needs, go, release);
      await installPypi(name, tool, { pip: toolPath('pip3'), cache: buildsDir(), signal });
    }
    await buildAll(builds.map(toGoBuild), go ?? '', { progress, signal });
    const stillMissing = await linkInstalled(selected, go, release);
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
  const [go, release] = await Promise.all([readGoVersion(), readReleaseName()]);
  const names = toolNames.filter((name) => ['go', 'debian-extract', 'pypi'].includes(tools[name].from));
  const files = await Promise.all(
    names.map(async (name) => (await locate(name, go, release)) ?? (await locate(name, undefined, release))),
  );
  return files.flatMap((file) => (file ? relative(buildsDir(), file).split(sep).slice(0, 1) : []));
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
