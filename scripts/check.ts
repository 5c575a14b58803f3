/**
 * Checks the sources without running them: types, lint, format, imports, workflows, secrets, commits, and that nothing generated is stale.
 * Every check runs, even after one failed, so that one run shows all problems.
 */
import { join } from 'node:path';
import { type ExecaError, execa } from 'execa';
import { Listr } from 'listr2';
import { ensureTools, toolPath } from '../lab/tools/index.ts';
import { checkChanges } from './changelog.ts';
import { checkCommits } from './commits.ts';
import { checkImports } from './imports.ts';
import { findSecrets } from './secrets.ts';
import { requirePublishedNode } from './toolchain.ts';

const root = join(import.meta.dirname, '..');
const run =
  (command: string, ...args: string[]) =>
  async (): Promise<void> => {
    try {
      await execa(command, args, { cwd: root, preferLocal: true, all: true });
    } catch (error) {
      throw new Error((error as ExecaError).all?.toString() || (error as Error).message);
    }
  };

async function actionlint(): Promise<void> {
  await ensureTools(['actionlint']);
  await run(toolPath('actionlint'), '-color')();
}

/** Offline: audits that call GitHub's API would make a run depend on its rate limits. */
async function zizmor(): Promise<void> {
  await ensureTools(['zizmor']);
  await run(toolPath('zizmor'), '--offline', '--quiet', '.')();
}

const checks = new Listr(
  [
    { title: 'Node is the published one', task: () => requirePublishedNode() },
    { title: 'types', task: run('tsc', '-p', 'tsconfig.json') },
    { title: 'lint and format', task: run('biome', 'check', '--error-on-warnings', '.') },
    { title: 'imports follow the rules', task: () => checkImports(root) },
    { title: 'generated files are current', task: run('node', 'scripts/generate.ts', '--check') },
    { title: 'bundles are current', task: run('node', 'scripts/build.ts', '--check') },
    { title: 'workflows pass actionlint', task: actionlint },
    { title: 'workflows and actions pass zizmor', task: zizmor },
    { title: 'commit messages are conventional', task: () => checkCommits(root) },
    { title: 'changelog entries are well-formed', task: () => checkChanges(root) },
    { title: 'no secret in the files or the history', task: () => findSecrets(root) },
  ],
  {
    exitOnError: false,
    collectErrors: true,
    renderer: process.stdout.isTTY ? 'default' : 'simple',
    rendererOptions: { collapseErrors: false },
  },
);

await checks.run();
const failures = checks.errors ?? [];
if (failures.length > 0) {
  console.error(`\n${failures.length} checks failed`);
  process.exitCode = 1;
}
