import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LabError } from '../errors.ts';
import { cacheDir, projectDir } from '../paths.ts';
import { clearTemporary, exclusively, isExecutable, linkTo, requireSpace } from './cache.ts';
import { extractPackage, findCommand, installPackages, releaseName } from './debian.ts';
import { buildTool, findBuild, goVersion, requireGo } from './go.ts';
import { installPypi, pypiProgram } from './pypi.ts';
import { type GoTool, type Tool, type ToolName, tools } from './table.ts';

export { checkTools, type ToolName, toolNames, tools } from './table.ts';

/** Space for the sources and build caches of everything, measured with empty caches. */
const SPACE_FOR_BUILDS = 4e9;

export interface EnsureOptions {
  /** Called with one line about what is going on, about once a second while something is built. */
  progress?: (line: string) => void;
  signal?: AbortSignal | undefined;
}

const buildsDir = () => join(cacheDir(), 'tools');

/** The directory of links to this checkout's tools. Two checkouts with other versions do not disturb each other. */
export function toolsDir(): string {
  return join(cacheDir(), 'bin', createHash('sha256').update(projectDir).digest('hex').slice(0, 10));
}

/** The program `name` in the tools' directory. Throws if {@link ensureTools} has not brought it yet. */
export function toolPath(name: ToolName): string {
  const link = join(toolsDir(), name);
  if (existsSync(link)) return link;
  throw new LabError(`The tool ${name} is not there yet.`, 'Run: npm run lab -- tools');
}

/** This process' environment with the tools' directory first on the path. */
export function toolsEnv(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const defined = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...Object.fromEntries(defined), PATH: [toolsDir(), env.PATH].filter(Boolean).join(delimiter) };
}

/** The tools in `names` and those they need. */
function withNeeds(names: readonly ToolName[]): ToolName[] {
  const all = names.flatMap((name) => {
    const tool = tools[name];
    return 'needs' in tool ? [...withNeeds(tool.needs), name] : [name];
  });
  return [...new Set(all)];
}

/** Where the tool's program is now, or undefined if it has to be installed or built first. */
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
      return findBuild(name, tool, go, buildsDir(), import.meta.dirname);
    case 'npm': {
      const file = join(projectDir, 'node_modules', tool.package, tool.file);
      if (await isExecutable(file)) return file;
      throw new LabError(`The npm package ${tool.package} is not installed.`, 'Run `npm ci` in the checkout first.');
    }
    case 'pypi': {
      const file = await pypiProgram(name, tool, buildsDir());
      return (await isExecutable(file)) ? file : undefined;
    }
    case 'lab':
      return join(import.meta.dirname, tool.file);
  }
}

/** Links the tools that are there into the tools' directory and returns those that are not. */
async function linkPresent(names: readonly ToolName[], go: string | undefined, release: string): Promise<ToolName[]> {
  const missing: ToolName[] = [];
  for (const name of names) {
    const file = await locate(name, go, release);
    if (!file) missing.push(name);
    else if (tools[name].from !== 'debian-file') await linkTo(join(toolsDir(), name), file);
  }
  return missing;
}

/**
 * Brings the tools in `names`: installs or builds those that are missing, once per user, and links all of them into
 * {@link toolsDir}. Processes that call it at the same time wait for each other.
 *
 * @throws LabError with the next step when Go, root, disk or the network is missing
 */
export async function ensureTools(names: readonly ToolName[], options: EnsureOptions = {}): Promise<void> {
  const { progress = () => {}, signal } = options;
  const wanted = withNeeds(names);
  const from = (origin: Tool['from']) => wanted.some((name) => tools[name].from === origin);
  const [go, release] = await Promise.all([
    from('go') ? goVersion() : undefined,
    from('debian-extract') ? releaseName() : 'none',
  ]);
  if ((await linkPresent(wanted, go, release)).length === 0) return;

  const waiting = (seconds: number) => progress(`waiting for another process that installs tools (${seconds} s)`);
  await exclusively(buildsDir(), waiting, signal, async () => {
    await clearTemporary(buildsDir());
    const missing = await linkPresent(wanted, go, release);
    const builds = missing.filter((name) => tools[name].from === 'go');
    if (builds.length > 0) {
      requireGo(go, builds);
      await requireSpace(buildsDir(), SPACE_FOR_BUILDS);
    }
    await install(missing, progress);
    for (const name of missing) {
      const tool = tools[name];
      if (tool.from !== 'debian-extract') continue;
      progress(`fetching ${tool.package}`);
      await extractPackage(tool.package, join(buildsDir(), `${name}-${release}`), signal);
    }
    for (const name of missing) {
      const tool = tools[name];
      if (tool.from !== 'pypi') continue;
      progress(`fetching ${tool.package}`);
      // By what was installed just now, if it had to be.
      await linkPresent(tool.needs, go, release);
      await installPypi(name, tool, { pip: toolPath('pip3'), cache: buildsDir(), signal });
    }
    await buildAll(builds, go ?? '', progress, signal);
    const stillMissing = await linkPresent(wanted, go, release);
    if (stillMissing.length > 0) {
      throw new LabError(
        `Installed, but still not found: ${stillMissing.join(', ')}.`,
        'Check that the packages of the same name hold these programs on this system.',
      );
    }
  });
}

/** A table of tools for people: name, version or package, and the program behind the link. */
export function describeTools(names: readonly ToolName[]): string {
  const rows = withNeeds(names).map((name) => {
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

async function install(missing: readonly ToolName[], progress: (line: string) => void): Promise<void> {
  const packages = missing.flatMap((name) => {
    const tool = tools[name];
    return tool.from === 'debian' || tool.from === 'debian-file' ? [tool.package] : [];
  });
  if (packages.length > 0) progress(`installing ${packages.join(', ')}`);
  await installPackages(packages);
}

async function buildAll(
  names: readonly ToolName[],
  go: string,
  progress: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const [index, name] of names.entries()) {
    const tool = tools[name] as GoTool;
    const started = Date.now();
    const report = () => {
      const left = names.slice(index).map((each) => (tools[each] as GoTool).seconds);
      progress(buildLine(name, (Date.now() - started) / 1000, left, index, names.length));
    };
    report();
    const timer = setInterval(report, 1000);
    try {
      await buildTool(name, tool, go, buildsDir(), import.meta.dirname, signal);
    } finally {
      clearInterval(timer);
    }
  }
}

/** One line of progress: `left` holds the usual build times of this tool and those after it, in seconds. */
export function buildLine(
  name: string,
  seconds: number,
  left: readonly number[],
  index: number,
  count: number,
): string {
  const usual = left.reduce((sum, each) => sum + each, 0);
  const remaining = Math.max(usual - seconds, 0);
  const estimate = remaining < 10 ? 'nearly done' : `at most about ${Math.ceil(remaining / 10) * 10} s left`;
  return `building ${name} (${index + 1} of ${count}), ${Math.round(seconds)} s, ${estimate}`;
}
