import { join } from 'node:path';
import { execa } from 'execa';
import { api, dir, hub, OWNER, type Scene } from './scene.ts';

interface CommitOptions {
  /** Begins at main if it does not exist. Default: main. */
  branch?: string;
  /** Branches that the commit merges. */
  merged?: readonly string[];
  /** Files to add to those of the branch, by path. */
  files?: Readonly<Record<string, string>>;
  /** The name of an author without an account; by default the owner. */
  author?: string;
}

let indexes = 0;

/** Commits, merges and pull requests in the repository of a scene. */
export class History {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** @returns the id of the commit */
  async commit(message: string, options: CommitOptions = {}): Promise<string> {
    const { branch = 'main', merged = [], files = {}, author } = options;
    const head = (await this.#head(branch)) || (await this.#head('main'));
    const parents = [head, ...(await Promise.all(merged.map((name) => this.#head(name))))].filter((sha) => sha !== '');
    const env = {
      GIT_INDEX_FILE: join(dir, `index-${++indexes}`),
      GIT_AUTHOR_NAME: author ?? OWNER,
      GIT_AUTHOR_EMAIL: author === undefined ? `${OWNER}@users.noreply.github.com` : 'nobody@acme.test',
      GIT_COMMITTER_NAME: OWNER,
      GIT_COMMITTER_EMAIL: 'a@acme.test',
    };
    await this.#git(['read-tree', head === '' ? '--empty' : head], { env });
    for (const [path, text] of Object.entries(files)) {
      const blob = await this.#git(['hash-object', '-w', '--stdin'], { input: text });
      await this.#git(['update-index', '--add', '--cacheinfo', `100644,${blob},${path}`], { env });
    }
    const tree = await this.#git(['write-tree'], { env });
    const args = ['commit-tree', tree, ...parents.flatMap((sha) => ['-p', sha])];
    const sha = await this.#git(args, { input: message, env });
    await this.#git(['update-ref', `refs/heads/${branch}`, sha]);
    return sha;
  }

  /** A tag at the head of main. */
  async tag(name: string): Promise<void> {
    await this.#scene.ref(`tags/${name}`, await this.#head('main'));
  }

  /** Many commits on main at once. */
  async commits(count: number): Promise<void> {
    const commit = (index: number): string =>
      `commit refs/heads/main\ncommitter A <a@acme.test> ${1_700_000_000 + index} +0000\ndata <<.\nfix: number ${index}\n.\n\n`;
    const input = Array.from({ length: count }, (_, index) => commit(index + 1)).join('');
    await this.#git(['fast-import', '--quiet'], { input });
  }

  /** Opens a pull request of a branch and merges it. @returns its number, and the commit on main */
  async merge(
    branch: string,
    title: string,
    {
      message,
      method = 'merge',
      labels = [],
    }: { message?: string; method?: 'merge' | 'squash'; labels?: string[] } = {},
  ): Promise<{ number: number; sha: string }> {
    const { where } = this.#scene;
    const { number } = (await api.pulls.create({ ...where, head: branch, base: 'main', title })).data;
    if (labels.length > 0) await api.issues.addLabels({ ...where, issue_number: number, labels });
    const [commitTitle, ...body] = message?.split('\n\n') ?? [];
    const { sha } = (
      await api.pulls.merge({
        ...where,
        pull_number: number,
        merge_method: method,
        ...(commitTitle === undefined ? {} : { commit_title: commitTitle, commit_message: body.join('\n\n') }),
      })
    ).data;
    return { number, sha };
  }

  #head(branch: string): Promise<string> {
    return this.#git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
  }

  async #git(args: readonly string[], options: { input?: string; env?: Record<string, string> } = {}): Promise<string> {
    const cwd = hub.admin.gitDirectory(`${OWNER}/${this.#scene.where.repo}`) ?? '';
    return (await execa('git', args, { cwd, ...options })).stdout;
  }
}
