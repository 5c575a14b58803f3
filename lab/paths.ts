import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** The checkout this lab belongs to. */
export const projectDir = resolve(import.meta.dirname, '..');

/** Where one lab keeps its state, logs and data: `option`, else `GITOPS_LAB_DIR`, else `.lab` in the checkout. */
export function resolveLabDir(option?: string): string {
  return resolve(option || process.env.GITOPS_LAB_DIR || join(projectDir, '.lab'));
}

/** What every lab of this user shares: built tools and base file systems. Follows the XDG base directory rules. */
export function cacheDir(): string {
  return envPaths('gitops-actions-lab', { suffix: '' }).cache;
}
