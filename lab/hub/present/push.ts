import { commitsBetween } from '../git/commits.ts';
import type { Commit } from '../git/objects.ts';
import { type GitRepository, ZERO } from '../git/repository.ts';
import type { Move } from '../refs/move.ts';
import type { RepositoryCall, RepositoryScope } from '../repository-call.ts';
import { simpleUser } from './account.ts';
import { simpleCommit } from './commit.ts';
import { presentRepository } from './repository.ts';

type Json = Record<string, unknown>;

/** The largest number of commits in one push event of GitHub. */
const MAX_COMMITS = 2048;

interface FileChanges {
  added: string[];
  removed: string[];
  modified: string[];
}

/** The files that each commit changes against its first parent, read by one process. */
async function changedFiles(git: GitRepository, commits: readonly Commit[]): Promise<Map<string, FileChanges>> {
  const byCommit = new Map<string, FileChanges>();
  if (commits.length === 0) return byCommit;
  const args = [
    'diff-tree',
    '--stdin',
    '-r',
    '-z',
    '--root',
    '--no-renames',
    '--name-status',
    '--diff-merges=first-parent',
  ];
  const output = await git.git(args, { input: commits.map(({ oid }) => `${oid}\n`).join('') });
  let current: FileChanges = { added: [], removed: [], modified: [] };
  const fields = output.split('\0');
  for (let index = 0; index < fields.length; index++) {
    const field = (fields[index] ?? '').trim();
    if (/^[0-9a-f]{40}$/.test(field)) {
      current = { added: [], removed: [], modified: [] };
      byCommit.set(field, current);
    } else if (/^[A-Z]\d*$/.test(field)) {
      const path = fields[++index] ?? '';
      const list = field === 'A' ? current.added : field === 'D' ? current.removed : current.modified;
      list.push(path);
    }
  }
  return byCommit;
}

/** The new commits of a push. A tag has none, a new branch those that the default branch does not have. */
async function pushedCommits(scope: RepositoryScope, move: Move): Promise<Commit[]> {
  const { core, repository } = scope;
  const git = core.git(repository);
  if (move.after === ZERO || !move.ref.startsWith('refs/heads/')) return [];
  if (move.before !== ZERO) return commitsBetween(git, { base: move.before, head: move.after, limit: MAX_COMMITS });
  const main = await git.resolveCommit(`refs/heads/${repository.defaultBranch}`);
  if (!main || move.ref === `refs/heads/${repository.defaultBranch}`) {
    const head = await git.commit(move.after);
    return head ? [head] : [];
  }
  return commitsBetween(git, { base: main, head: move.after, limit: MAX_COMMITS });
}

/** GitHub's webhook payload of a push: https://docs.github.com/webhooks/webhook-events-and-payloads#push */
export async function pushPayload(call: RepositoryCall, move: Move): Promise<Json> {
  const { core, repository, actor } = call;
  const git = core.git(repository);
  const head = move.after === ZERO ? undefined : await git.commit(move.after);
  const commits = await pushedCommits(call, move);
  const presented = head && !commits.some(({ oid }) => oid === head.oid) ? [...commits, head] : commits;
  const files = await changedFiles(git, presented);
  const presentCommit = (commit: Commit): Json => ({
    ...simpleCommit(commit),
    distinct: true,
    url: core.urls.html(repository, `/commit/${commit.oid}`),
    ...(files.get(commit.oid) ?? { added: [], removed: [], modified: [] }),
  });
  const isUpdate = move.before !== ZERO && move.after !== ZERO;
  return {
    ref: move.ref,
    before: move.before,
    after: move.after,
    base_ref: null,
    created: move.before === ZERO,
    deleted: move.after === ZERO,
    forced: isUpdate && !(await git.isAncestor(move.before, move.after)),
    compare: core.urls.html(repository, `/compare/${move.before.slice(0, 12)}...${move.after.slice(0, 12)}`),
    commits: commits.map(presentCommit),
    head_commit: head ? presentCommit(head) : null,
    pusher: { name: actor.account.login, email: actor.account.email },
    repository: presentRepository(call),
    sender: simpleUser(core.urls, actor.account),
  };
}
