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
/** The largest number of files in one comparison of GitHub. */
const MAX_FILES = 300;

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

/** The files that differ between two commits, at most `MAX_FILES` of them. Without `base`: from an empty tree. */
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
  let next = 0;
  while (fields[next]?.startsWith(':')) {
    const [, , , blob = '', code = 'M'] = (fields[next] ?? '').split(' ');
    const renamed = code.startsWith('R');
    const previous = fields[next + 1] ?? '';
    const filename = renamed ? (fields[next + 2] ?? '') : previous;
    next += renamed ? 3 : 2;
    entries.push(toEntry(scope, head, { blob, code, filename, ...(renamed ? { previous } : {}) }));
  }
  const { counts, rest } = readCounts(fields.slice(next), entries.length);
  const patches = splitPatches(rest.join('\0'));
  return entries
    .map((entry, index) => ({ ...entry, ...counts[index], ...(patches[index] ? { patch: patches[index] } : {}) }))
    .slice(0, MAX_FILES);
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

type Counts = Pick<DiffEntry, 'additions' | 'deletions' | 'changes'>;

/**
 * Reads the `--numstat -z` of a number of files. A renamed file has an empty path, then both paths.
 * @returns the counts of each file, and the fields that follow
 */
function readCounts(fields: readonly string[], files: number): { counts: Counts[]; rest: readonly string[] } {
  const counts: Counts[] = [];
  let next = 0;
  while (counts.length < files) {
    const [added = '', removed = '', path = ''] = (fields[next] ?? '').trim().split('\t');
    const additions = Number(added) || 0;
    const deletions = Number(removed) || 0;
    counts.push({ additions, deletions, changes: additions + deletions });
    next += path === '' ? 3 : 1;
  }
  return { counts, rest: fields.slice(next) };
}
