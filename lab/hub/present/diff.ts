import type { RepositoryScope } from '../repository-call.ts';
import { encodePath } from '../urls.ts';

/** GitHub's `diff-entry`. */
export interface DiffEntry {
  sha: string | null;
  filename: string;
  status: 'added' | 'removed' | 'modified' | 'renamed';
  additions: number;
  deletions: number;
  changes: number;
  blob_url: string;
  raw_url: string;
  contents_url: string;
  patch?: string;
  previous_filename?: string;
}

const STATUS = { A: 'added', D: 'removed', R: 'renamed' } as const;
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** The hunks of each file of a unified diff, in its order. */
function splitPatches(diff: string): string[] {
  return diff
    .split(/^diff --git .*$/m)
    .slice(1)
    .map((part) => {
      const hunk = part.search(/^@@ /m);
      return hunk < 0 ? '' : part.slice(hunk).replace(/\n$/, '');
    });
}

/** The files that differ between two commits, at most 300 as on GitHub. Without `base`: from an empty tree. */
export async function diffEntries(
  scope: RepositoryScope,
  base: string | undefined,
  head: string,
): Promise<DiffEntry[]> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const output = await git.git([
    'diff',
    '-M',
    '--raw',
    '-z',
    '--numstat',
    '--no-abbrev',
    '-p',
    base ?? EMPTY_TREE,
    head,
  ]);
  const fields = output.split('\0');
  const entries: DiffEntry[] = [];
  let at = 0;
  while (fields[at]?.startsWith(':')) {
    const [, , , blob = '', code = 'M'] = (fields[at] ?? '').split(' ');
    const renamed = code.startsWith('R');
    const previous = fields[at + 1] ?? '';
    const filename = renamed ? (fields[at + 2] ?? '') : previous;
    at += renamed ? 3 : 2;
    entries.push(toEntry(scope, head, { blob, code, filename, ...(renamed ? { previous } : {}) }));
  }
  at = readCounts(fields, at, entries);
  const parts = splitPatches(fields.slice(at).join('\0'));
  for (const [index, entry] of entries.entries()) if (parts[index]) entry.patch = parts[index];
  return entries.slice(0, 300);
}

interface RawEntry {
  blob: string;
  /** Git's status letter, with a score for a rename. */
  code: string;
  filename: string;
  previous?: string;
}

function toEntry(
  { core, repository }: RepositoryScope,
  head: string,
  { blob, code, filename, previous }: RawEntry,
): DiffEntry {
  const path = encodePath(filename);
  return {
    sha: /^0+$/.test(blob) ? null : blob,
    filename,
    status: STATUS[code.charAt(0) as keyof typeof STATUS] ?? 'modified',
    additions: 0,
    deletions: 0,
    changes: 0,
    blob_url: core.urls.html(repository, `/blob/${head}/${path}`),
    raw_url: core.urls.html(repository, `/raw/${head}/${path}`),
    contents_url: core.urls.api(repository, `/contents/${path}?ref=${head}`),
    ...(previous === undefined ? {} : { previous_filename: previous }),
  };
}

/**
 * Reads `--numstat -z` into the entries. A renamed file has an empty path, then both paths.
 * @returns the index of the first field that follows
 */
function readCounts(fields: readonly string[], start: number, entries: readonly DiffEntry[]): number {
  let at = start;
  for (const entry of entries) {
    const [additions = '', deletions = '', path = ''] = (fields[at] ?? '').trim().split('\t');
    entry.additions = Number(additions) || 0;
    entry.deletions = Number(deletions) || 0;
    entry.changes = entry.additions + entry.deletions;
    at += path === '' ? 3 : 1;
  }
  return at;
}
