import type { Core } from '../core.ts';
import type { Repository } from '../store/types.ts';
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

/** The part of a unified diff below each file's header, by the file's order in the diff. */
function patches(text: string): string[] {
  return text
    .split(/^diff --git .*$/m)
    .slice(1)
    .map((part) => {
      const hunk = part.search(/^@@ /m);
      return hunk < 0 ? '' : part.slice(hunk).replace(/\n$/, '');
    });
}

/** The files that differ between two commits; `base` undefined stands for an empty tree. At most 300, as at GitHub. */
export async function diffEntries(
  core: Core,
  repository: Repository,
  base: string | undefined,
  head: string,
): Promise<DiffEntry[]> {
  const git = core.git(repository);
  const text = await git.git(['diff', '-M', '--raw', '-z', '--numstat', '--no-abbrev', '-p', base ?? EMPTY_TREE, head]);
  const fields = text.split('\0');
  const entries: DiffEntry[] = [];
  let at = 0;
  while (fields[at]?.startsWith(':')) {
    const [, , , blob = '', code = 'M'] = (fields[at] ?? '').split(' ');
    const renamed = code.startsWith('R');
    const previous = fields[at + 1] ?? '';
    const filename = renamed ? (fields[at + 2] ?? '') : previous;
    at += renamed ? 3 : 2;
    entries.push(entryOf(core, repository, head, blob, code, filename, renamed ? previous : undefined));
  }
  at = readCounts(fields, at, entries);
  const parts = patches(fields.slice(at).join('\0'));
  for (const [index, entry] of entries.entries()) if (parts[index]) entry.patch = parts[index];
  return entries.slice(0, 300);
}

function entryOf(
  core: Core,
  repository: Repository,
  head: string,
  blob: string,
  code: string,
  filename: string,
  previous: string | undefined,
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

/** Reads `--numstat -z`: a renamed file has an empty path, then both paths. */
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
