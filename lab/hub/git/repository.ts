import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type GitObject, type ObjectInfo, ObjectReader } from './object-reader.ts';
import { type Commit, parseCommit, parseTag, parseTree, type Tag, type TreeEntry } from './objects.ts';
import { GitError, output, run } from './run.ts';

export const ZERO = '0'.repeat(40);
const OID = /^[0-9a-f]{40}$/;

/** The settings of a hosted repository for `git http-backend` and `receive-pack`. */
const CONFIG = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = false
[gc]
\tauto = 0
[receive]
\tautogc = false
\tfsckObjects = true
\tadvertisePushOptions = true
\thideRefs = refs/pull
[http]
\treceivepack = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
`;

export interface RefEntry {
  ref: string;
  oid: string;
  type: string;
}

/** The ref moved between reading and writing. */
export class StaleRefError extends Error {}

/** One bare repository. One long-lived process reads it; refs change only through `updateRef`. */
export class GitRepository {
  readonly dir: string;
  readonly #reader: ObjectReader;

  constructor(dir: string) {
    this.dir = dir;
    this.#reader = new ObjectReader(dir);
  }

  static async create(dir: string, defaultBranch: string): Promise<GitRepository> {
    await run(['init', '--quiet', '--bare', '--template=', `--initial-branch=${defaultBranch}`, dir]);
    await writeFile(join(dir, 'config'), CONFIG);
    return new GitRepository(dir);
  }

  git(args: readonly string[], options: Parameters<typeof run>[1] = {}): Promise<string> {
    return output(args, { dir: this.dir, ...options });
  }

  info(revision: string): Promise<ObjectInfo | undefined> {
    return this.#reader.info(revision);
  }

  read(revision: string): Promise<GitObject | undefined> {
    return this.#reader.read(revision);
  }

  /** The object that a full ref points to. For an annotated tag that is the tag, not its commit. */
  async ref(ref: string): Promise<ObjectInfo | undefined> {
    return ref.startsWith('refs/') && isPlainName(ref) ? this.info(ref) : undefined;
  }

  /** The commit of a branch, tag, full ref or commit id, as GitHub reads its `ref` parameters. */
  async resolveCommit(name: string): Promise<string | undefined> {
    if (!isPlainName(name)) return undefined;
    const full = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
    if (name.startsWith('heads/') || name.startsWith('tags/')) full.push(`refs/${name}`);
    if (/^[0-9a-f]{4,40}$/.test(name) || name === 'HEAD') full.push(name);
    for (const candidate of full) {
      const commit = await this.info(`${candidate}^{commit}`);
      if (commit?.type === 'commit') return commit.oid;
    }
    return undefined;
  }

  async commit(revision: string): Promise<Commit | undefined> {
    const object = await this.read(`${revision}^{commit}`);
    return object?.type === 'commit' ? parseCommit(object.oid, object.content) : undefined;
  }

  async tag(oid: string): Promise<Tag | undefined> {
    const object = OID.test(oid) ? await this.read(oid) : undefined;
    return object?.type === 'tag' ? parseTag(object.oid, object.content) : undefined;
  }

  async tree(revision: string): Promise<{ oid: string; entries: TreeEntry[] } | undefined> {
    const object = await this.read(`${revision}^{tree}`);
    return object?.type === 'tree' ? { oid: object.oid, entries: parseTree(object.content) } : undefined;
  }

  /** The entry of a path in a commit's tree. */
  async entry(commit: string, path: string): Promise<TreeEntry | undefined> {
    const slash = path.lastIndexOf('/');
    const parent = slash < 0 ? `${commit}^{tree}` : `${commit}:${path.slice(0, slash)}`;
    const object = await this.read(parent);
    if (object?.type !== 'tree') return undefined;
    return parseTree(object.content).find((entry) => entry.name === path.slice(slash + 1));
  }

  async refs(prefix: string): Promise<RefEntry[]> {
    const list = await this.git(['for-each-ref', '--format=%(refname)%00%(objectname)%00%(objecttype)', prefix]);
    return list
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [ref = '', oid = '', type = ''] = line.split('\0');
        return { ref, oid, type };
      });
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    if (ancestor === descendant) return true;
    const args = ['merge-base', '--is-ancestor', ancestor, descendant];
    return (await run(args, { dir: this.dir, accept: [1] })).code === 0;
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const { stdout } = await run(['merge-base', a, b], { dir: this.dir, accept: [1] });
    return stdout.toString().trim() || undefined;
  }

  /**
   * Moves a ref if it is still at `before`; `ZERO` stands for a ref that does not exist.
   * @throws StaleRefError when it is no longer at `before`
   */
  async updateRef(ref: string, after: string, before: string): Promise<void> {
    const args = after === ZERO ? ['update-ref', '-d', ref, before] : ['update-ref', ref, after, before];
    try {
      await run(args, { dir: this.dir });
    } catch (error) {
      if (error instanceof GitError && /cannot lock ref|reference already exists|is at/.test(error.stderr)) {
        throw new StaleRefError(error.stderr.trim());
      }
      throw error;
    }
  }

  close(): void {
    this.#reader.close();
  }

  remove(): void {
    this.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** Whether a name has no revision syntax of Git (`a..b`, `x^2`, `x:path`, `@{1}`), so that it names exactly one object. */
export function isPlainName(name: string): boolean {
  return (
    name !== '' &&
    !name.startsWith('-') &&
    !name.includes('..') &&
    !name.includes('@{') &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Git rejects control characters in ref names.
    !/[\u0000-\u0020~^:?*[\\\u007f]/.test(name)
  );
}

/** Whether Git accepts a full ref name. */
export async function isRefName(ref: string): Promise<boolean> {
  if (!isPlainName(ref)) return false;
  return (await run(['check-ref-format', ref], { accept: [1] })).code === 0;
}
