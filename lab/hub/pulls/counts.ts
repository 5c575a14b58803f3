import type { RepositoryScope } from '../repository-call.ts';
import type { Pull } from '../store/types.ts';

/** Sizes that only the response for a single pull request has. */
export interface PullCounts {
  commits: number;
  additions: number;
  deletions: number;
  changedFiles: number;
}

/** Compares a pull request with the point where it left its base. */
export async function countPull(scope: RepositoryScope, pull: Pull): Promise<PullCounts> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const [commits, numbers] = await Promise.all([
    git.git(['rev-list', '--count', pull.headSha, `^${pull.baseSha}`]),
    git.git(['diff', '--numstat', `${pull.baseSha}...${pull.headSha}`], { accept: [128] }),
  ]);
  const lines = numbers.split('\n').filter((line) => line !== '');
  const sum = (column: number): number =>
    lines.reduce((total, line) => total + (Number(line.split('\t')[column]) || 0), 0);
  return { commits: Number(commits), additions: sum(0), deletions: sum(1), changedFiles: lines.length };
}
