import { join, resolve } from 'node:path';
import envPaths from 'env-paths';

/** The checkout this lab belongs to. */
export const projectDir = resolve(import.meta.dirname, '..');

/** Where a lab keeps its state, logs and data: `option`, otherwise `GITOPS_LAB_DIR`, otherwise `.lab` in the checkout. */
export function resolveLabDir(option?: string): string {
  return resolve(option || process.env.GITOPS_LAB_DIR || join(projectDir, '.lab'));
}

/** What all labs of this user share: built tools and base file systems. Follows the XDG Base Directory Specification. */
export function cacheDir(): string {
  return envPaths('gitops-actions-lab', { suffix: '' }).cache;
}
