import { join } from 'node:path';
import { execa } from 'execa';

/** Where the sources are; everything else is generated, or is not TypeScript. */
const DIRECTORIES = [
  'actions',
  'app',
  'argocd',
  'bench',
  'helm',
  'lab',
  'scripts',
  'terraform',
  'versions.ts',
  'workflows-src',
];
const PROJECT = join(import.meta.dirname, '..');

/**
 * Checks which file imports which, by the rules of `.dependency-cruiser.mjs`.
 * @param root a checkout
 * @throws Error that lists each import that breaks a rule. The reasons are in the configuration.
 */
export async function checkImports(root: string, directories: readonly string[] = DIRECTORIES): Promise<void> {
  const config = join(PROJECT, '.dependency-cruiser.mjs');
  const { exitCode, stdout, stderr } = await execa(
    'depcruise',
    ['--config', config, '--output-type', 'err', ...directories],
    { cwd: root, preferLocal: true, localDir: PROJECT, reject: false },
  );
  if (exitCode !== 0) throw new Error(`${stdout}\n${stderr}`.trim());
}
