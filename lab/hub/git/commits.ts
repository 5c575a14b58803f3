import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commit, Person } from './objects.ts';
import type { GitRepository } from './repository.ts';
import { type Signing, WEB_FLOW } from './signing.ts';

/** The author of a commit. The default date is now. */
export type Identity = Pick<Person, 'name' | 'email'> & { date?: string };

export interface NewCommit {
  tree: string;
  parents: readonly string[];
  message: string;
  author: Identity;
}

/** Writes a commit object, which GitHub itself commits and signs. No ref moves. */
export async function writeCommit(git: GitRepository, signing: Signing, commit: NewCommit): Promise<string> {
  const command = ['commit-tree', ...commit.parents.flatMap((parent) => ['-p', parent]), commit.tree];
  const authorDate = commit.author.date;
  return git.git(signing.signArguments(command), {
    // `commit-tree` keeps the message unchanged except for a final line break, as GitHub does.
    input: commit.message,
    env: {
      GIT_AUTHOR_NAME: commit.author.name,
      GIT_AUTHOR_EMAIL: commit.author.email,
      ...(authorDate ? { GIT_AUTHOR_DATE: authorDate } : {}),
      GIT_COMMITTER_NAME: WEB_FLOW.name,
      GIT_COMMITTER_EMAIL: WEB_FLOW.email,
    },
  });
}

/** Writes blobs with one process. @returns their ids, in order */
export async function writeBlobs(git: GitRepository, contents: readonly Buffer[]): Promise<string[]> {
  if (contents.length === 0) return [];
  if (contents.length === 1 && contents[0]) {
    return [await git.git(['hash-object', '-w', '--stdin'], { input: contents[0] })];
  }
  const directory = join(git.dir, `incoming-${randomUUID()}`);
  await mkdir(directory);
  try {
    const files = contents.map((_, index) => join(directory, String(index)));
    await Promise.all(files.map((file, index) => writeFile(file, contents[index] ?? Buffer.alloc(0))));
    const input = files.map((file) => `${file}\n`).join('');
    return (await git.git(['hash-object', '-w', '--no-filters', '--stdin-paths'], { input })).split('\n');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export interface IndexEntry {
  path: string;
  /** null removes the path. */
  oid: string | null;
  mode: string;
}

/** Writes a base tree with some entries changed, through a temporary index. @returns the new tree's id */
export async function writeTree(
  git: GitRepository,
  base: string | undefined,
  entries: readonly IndexEntry[],
): Promise<string> {
  const index = join(git.dir, `index-${randomUUID()}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    if (base) await git.git(['read-tree', base], { env });
    // Mode 0 makes `update-index --index-info` remove a path.
    const lines = entries.map(({ path, oid, mode }) =>
      oid === null ? `0 ${'0'.repeat(40)}\t${path}\0` : `${mode} ${oid}\t${path}\0`,
    );
    if (lines.length > 0) await git.git(['update-index', '-z', '--index-info'], { env, input: lines.join('') });
    return await git.git(['write-tree'], { env });
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
  }
}

/** Merges two commits. @returns the tree; undefined when they conflict */
export async function mergeTrees(git: GitRepository, ours: string, theirs: string): Promise<string | undefined> {
  const output = await git.git(['merge-tree', '--write-tree', '--no-messages', ours, theirs], { accept: [1] });
  const [tree = '', ...conflicts] = output.split('\n');
  return conflicts.some((line) => line !== '') ? undefined : tree;
}

/**
 * Rebases commits, oldest first, onto another commit. @returns the new tip; undefined when a commit conflicts. Git 2.39's
 * merge-tree takes no merge base, so each step merges with a helper commit whose parent is the picked commit's own parent.
 */
export async function rebase(
  git: GitRepository,
  signing: Signing,
  { commits, onto }: { commits: readonly Commit[]; onto: string },
): Promise<string | undefined> {
  let tip = onto;
  for (const commit of commits) {
    const parent = commit.parents[0];
    if (!parent) return undefined;
    const ours = await git.git(['commit-tree', '-p', parent, `${tip}^{tree}`], {
      input: 'rebase step',
      env: {
        GIT_AUTHOR_NAME: WEB_FLOW.name,
        GIT_AUTHOR_EMAIL: WEB_FLOW.email,
        GIT_COMMITTER_NAME: WEB_FLOW.name,
        GIT_COMMITTER_EMAIL: WEB_FLOW.email,
      },
    });
    const tree = await mergeTrees(git, ours, commit.oid);
    if (!tree) return undefined;
    tip = await writeCommit(git, signing, { tree, parents: [tip], message: commit.message, author: commit.author });
  }
  return tip;
}

/** The ids of the commits of `head` that `base` does not have, oldest first. */
export async function listBetween(
  git: GitRepository,
  { base, head }: { base: string; head: string },
): Promise<string[]> {
  const output = await git.git(['rev-list', '--reverse', '--topo-order', head, `^${base}`]);
  return output.split('\n').filter((line) => line !== '');
}

/** The commits of `head` that `base` does not have, oldest first, at most `limit`. */
export async function commitsBetween(
  git: GitRepository,
  { base, head, limit }: { base: string; head: string; limit?: number },
): Promise<Commit[]> {
  const oids = (await listBetween(git, { base, head })).slice(0, limit);
  const commits = await Promise.all(oids.map((oid) => git.commit(oid)));
  return commits.filter((commit) => commit !== undefined);
}
