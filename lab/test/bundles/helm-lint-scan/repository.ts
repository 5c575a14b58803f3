import { execFileSync } from 'node:child_process';
import { workspace } from './scene.ts';

/** Runs Git in the checkout, without the configuration of this machine. */
export function git(...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'init.defaultBranch=main'];
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: workspace,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  return execFileSync('git', [...identity, ...args], { cwd: workspace, env, encoding: 'utf8' }).trim();
}

/** Commits everything in the checkout. */
export function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--allow-empty', '--message', 'x');
}

/** Commits what is in the checkout to main, and switches to another branch. */
export function branchFromMain(): void {
  git('init', '--quiet');
  commit();
  git('switch', '--quiet', '--create', 'change');
}
