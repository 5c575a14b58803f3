import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError, PathError } from '../../../lib/errors.ts';
import { type ChildEnvironment, minimalEnvironment } from '../../../lib/processes/environment.ts';
import { type Exec, type ExecResult, lastLines } from '../../../lib/processes/exec.ts';
import { info } from '../../../lib/runner/commands.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import { readDependencyTree } from '../charts/dependency-tree.ts';
import {
  type ListedDependency,
  listDependencies,
  localDependencies,
  localDirectory,
} from '../charts/local-dependencies.ts';
import { stringAt } from '../data.ts';
import { ErrorCollector } from '../error-collector.ts';
import { createFiles, type Files } from '../inputs/files.ts';
import { overlayFiles } from '../inputs/overlay.ts';
import { copyChart } from './chart-copy.ts';

export interface BuildTools {
  exec: Exec;
  env: Environment;
  /** Helm. */
  program: string;
  /** An absolute path at which nothing exists yet. */
  directory: string;
}

/**
 * Fetch the dependencies that are not in the `charts/` directories. Helm does so in copies of the charts, with the network and without the
 * job's credentials.
 * @param directories of the charts
 * @returns the files of the checkout, with the copies in place of the charts
 * @throws {ActionError} with every chart whose dependencies cannot be fetched
 */
export async function buildDependencies(
  files: Files,
  directories: readonly string[],
  tools: BuildTools,
): Promise<Files> {
  const errors = new ErrorCollector();
  const builder = await createBuilder(files, tools);
  for (const directory of directories) await errors.attempt(undefined, () => builder.build(directory));
  errors.throwIfAny();
  return builder.built.length === 0 ? files : overlayFiles(files, createFiles(builder.root), builder.built);
}

interface Builder {
  /** The directory of the copies, which have the same paths in it as the charts in the checkout. */
  root: string;
  /** The charts that were copied. */
  built: string[];
  build(directory: string): Promise<void>;
}

async function createBuilder(files: Files, { exec, env, program, directory: scratch }: BuildTools): Promise<Builder> {
  const root = join(scratch, 'charts');
  await mkdir(root, { recursive: true });
  const helmEnv = helmEnvironment(env, scratch);
  const run = (args: readonly string[]) =>
    exec.run(program, args, { env: helmEnv, limits: { seconds: 300, output: 8 } });
  const built: string[] = [];
  const repositories = new Set<string>();

  const copy = async (directory: string): Promise<void> => {
    if (built.includes(directory)) return;
    const unsafe = await files.unsafePaths(directory);
    if (unsafe.length > 0) throw new PathError('charts', unsafe);
    await copyChart(files.absolute(directory), join(root, directory), scratch);
    built.push(directory);
  };
  const addRepository = async (chart: string, url: string): Promise<void> => {
    if (repositories.has(url)) return;
    const added = await run(['repo', 'add', `repository-${repositories.size}`, url]);
    if (added.exitCode !== 0) throw buildError(chart, added, root);
    repositories.add(url);
  };
  const buildOne = async (chart: string): Promise<void> => {
    const dependencies = await listDependencies(files, chart);
    for (const dependency of dependencies) assertFetchable(chart, dependency);
    for (const { repository } of dependencies) if (/^https?:/.test(repository)) await addRepository(chart, repository);
    // The indexes were just fetched.
    const result = await run(['dependency', 'build', join(root, chart), '--skip-refresh']);
    // Helm succeeds although it skips an archive that is damaged.
    const skipped = await missingDependencies(createFiles(root), chart);
    if (result.exitCode !== 0 || skipped.length > 0) throw buildError(chart, result, root);
  };
  return {
    root,
    built,
    async build(directory) {
      const charts = [...(await localDependencies(files, directory)), directory];
      const missing = await Promise.all(charts.map((chart) => missingDependencies(files, chart)));
      if (missing.every((names) => names.length === 0)) return;
      info(`Fetching the dependencies of ${directory} from the network: ${[...new Set(missing.flat())].join(', ')}`);
      for (const chart of charts) await copy(chart);
      for (const [index, chart] of charts.entries()) if ((missing[index] ?? []).length > 0) await buildOne(chart);
    },
  };
}

/** The names of the dependencies that a chart lists and that are not in its `charts/` directory. */
async function missingDependencies(files: Files, directory: string): Promise<string[]> {
  const listed = await listDependencies(files, directory);
  if (listed.length === 0) return [];
  const { dependencies, unread } = await readDependencyTree(files, directory);
  // What is there and damaged is a finding.
  if (unread.length > 0) return [];
  const present = new Set(dependencies.map(({ entry, meta }) => stringAt(meta, 'name') ?? entry));
  return listed.filter(({ name, repository }) => repository !== '' && !present.has(name)).map(({ name }) => name);
}

/** @throws {ActionError} for a repository that Helm would look up on this machine */
function assertFetchable(chart: string, dependency: ListedDependency): void {
  const { name, repository } = dependency;
  const isAlias = /^(?:@|alias:)/.test(repository);
  const isOutside = repository.startsWith('file://') && localDirectory(chart, dependency) === undefined;
  if (!isAlias && !isOutside) return;
  throw new ActionError({
    what: `the dependency ${name} of ${chart} cannot be fetched`,
    why: isAlias
      ? `its repository ${JSON.stringify(repository)} is the name of a repository on another machine`
      : `its repository ${JSON.stringify(repository)} is outside the checkout`,
    next: 'Write its address in Chart.yaml: `https://…`, `oci://…` or `file://../DIRECTORY`.',
  });
}

/** With what is needed to reach the network, and nothing that could hold credentials. */
const helmEnvironment = (env: Environment, directory: string): ChildEnvironment =>
  minimalEnvironment(env, ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'], {
    HOME: directory,
    USERPROFILE: directory,
    KUBECONFIG: join(directory, 'kubeconfig'),
    DOCKER_CONFIG: join(directory, 'docker'),
    HELM_CACHE_HOME: join(directory, 'cache'),
    HELM_CONFIG_HOME: join(directory, 'config'),
    HELM_DATA_HOME: join(directory, 'data'),
    HELM_PLUGINS: join(directory, 'plugins'),
  });

function buildError(chart: string, { stdout, stderr, exceeded }: ExecResult, root: string): ActionError {
  const output = stderr.trim() === '' ? stdout : stderr;
  const why = exceeded === undefined ? lastLines(output, 5).replaceAll(`${root}/`, '') : `Helm took ${exceeded}`;
  return new ActionError({
    what: `the dependencies of ${chart} cannot be fetched`,
    why: why.replaceAll(/\/\/[^/\s@]+@/g, '//***@'),
    next: why.includes('out of sync')
      ? `Run \`helm dependency update ${chart}\` and commit Chart.lock.`
      : 'Check the address, the version and Chart.lock. A repository that needs a login cannot be used here: run `helm dependency build` in a step of your own.',
  });
}
