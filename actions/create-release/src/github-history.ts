import { type GitHub, statusOf } from '../../lib/github.ts';
import type { CommitSha, RepositoryName } from '../../lib/identifiers.ts';
import type { Commit, History } from './history.ts';

interface RawCommit {
  sha: string;
  commit: { message: string };
  parents?: readonly unknown[];
}

/** A first release lists so many commits; further back nobody reads. */
const MAX_PAGES_WITHOUT_BASE = 10;

/** Tags and commits by the REST API. */
export function openHistory(github: GitHub, repository: RepositoryName): History {
  const [owner = '', repo = ''] = repository.split('/');
  const where = { owner, repo };
  const { git, repos } = github.rest;

  const compare = async (base: string, head: string, page: { per_page?: number; page?: number }) =>
    (await repos.compareCommitsWithBasehead({ ...where, basehead: `${base}...${head}`, ...page })).data;

  return {
    async tags() {
      const all = await github.paginate(repos.listTags, { ...where, per_page: 100 });
      return all.map(({ name, commit }) => ({ name, commit: commit.sha as CommitSha }));
    },
    async commitOfTag(tag) {
      const ref = await found(git.getRef({ ...where, ref: `tags/${tag}` }));
      if (ref === undefined) return undefined;
      const { object } = ref.data;
      const sha =
        object.type === 'tag' ? (await git.getTag({ ...where, tag_sha: object.sha })).data.object.sha : object.sha;
      return sha as CommitSha;
    },
    async commitOf(branchOrCommit) {
      return (await found(repos.getCommit({ ...where, ref: branchOrCommit, per_page: 1 })))?.data.sha as
        | CommitSha
        | undefined;
    },
    async beyond(head, other) {
      // Without a page the answer names up to 250 commits: https://docs.github.com/rest/commits/commits#compare-two-commits
      const comparison = await found(compare(head, other, {}));
      if (comparison === undefined) return new Set([other]);
      return comparison.ahead_by === 0
        ? new Set()
        : new Set([other, ...comparison.commits.map(({ sha }: RawCommit) => sha)]);
    },
    async commits(base, head) {
      return base === undefined ? listAll(head) : listRange(base, head);
    },
    async pointTag(name, commit, exists) {
      if (exists) await git.updateRef({ ...where, ref: `tags/${name}`, sha: commit, force: true });
      else await git.createRef({ ...where, ref: `refs/tags/${name}`, sha: commit });
    },
  };

  async function listRange(base: string, head: string) {
    const commits: Commit[] = [];
    for (let page = 1; ; page++) {
      const comparison = await compare(base, head, { per_page: 100, page });
      commits.push(...comparison.commits.map(toCommit));
      if (comparison.commits.length === 0 || commits.length >= comparison.total_commits)
        return { commits, complete: commits.length >= comparison.total_commits };
    }
  }

  async function listAll(head: string) {
    const commits: Commit[] = [];
    let pages = 0;
    let complete = true;
    const iterator = github.paginate.iterator(repos.listCommits, { ...where, sha: head, per_page: 100 });
    for await (const { data } of iterator) {
      if (pages++ === MAX_PAGES_WITHOUT_BASE) {
        complete = false;
        break;
      }
      commits.push(...data.map(toCommit));
    }
    return { commits: commits.reverse(), complete };
  }
}

const toCommit = (raw: RawCommit): Commit => ({
  sha: raw.sha,
  message: raw.commit.message,
  merge: (raw.parents?.length ?? 0) > 1,
});

/** GitHub answers 404 for a ref or commit that does not exist, and 422 for a text that cannot be one. */
async function found<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 422) return undefined;
    throw error;
  }
}
