import { parseCommitSha, type RepositoryName } from '../../../lib/identifiers.ts';
import { type GitHub, paginate, responseData, statusOf } from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import type { Commit, History, Tag } from './history.ts';

/** Items on one page of a list. */
const PAGE_SIZE = 100;

/** No two tags have this many commits between them: such a comparison is broken. */
const MAX_PAGES = 1000;

/** Pages of commits that are listed for a first release. */
const MAX_PAGES_WITHOUT_BASE = 10;

/** Tags and commits by the REST API. */
export function createHistory(github: GitHub, repository: RepositoryName): History {
  const [owner = '', repo = ''] = repository.split('/');
  const ownerAndRepo = { owner, repo };
  const { git, repos } = github.rest;

  const compare = async (base: string, head: string, page: { per_page?: number; page?: number }) =>
    responseData(
      await repos.compareCommitsWithBasehead({ ...ownerAndRepo, basehead: `${base}...${head}`, ...page }),
      `the comparison of ${base} with ${head}`,
    );

  return {
    async tags() {
      const all: Tag[] = [];
      for await (const page of paginate('the list of tags', (number) =>
        repos.listTags({ ...ownerAndRepo, per_page: PAGE_SIZE, page: number }),
      ))
        for (const tag of page)
          all.push({ name: tag.at('name').string(), commit: tag.at('commit').at('sha').parsed(parseCommitSha) });
      return all;
    },
    async resolveTag(tag) {
      const ref = await ignoreNotFound(git.getRef({ ...ownerAndRepo, ref: `tags/${tag}` }));
      if (ref === undefined) return undefined;
      const object = responseData(ref, `the tag ${tag}`).at('object');
      const sha = object.at('sha').parsed(parseCommitSha);
      if (object.at('type').string() !== 'tag') return sha;
      const annotated = responseData(await git.getTag({ ...ownerAndRepo, tag_sha: sha }), `the annotated tag ${tag}`);
      return annotated.at('object').at('sha').parsed(parseCommitSha);
    },
    async resolveCommit(branchOrCommit) {
      const commit = await ignoreNotFound(repos.getCommit({ ...ownerAndRepo, ref: branchOrCommit, per_page: 1 }));
      return commit && responseData(commit, `the commit of ${branchOrCommit}`).at('sha').parsed(parseCommitSha);
    },
    async commitsNotIn(head, other) {
      // Without a page the response lists up to 250 commits: https://docs.github.com/rest/commits/commits#compare-two-commits
      const comparison = await ignoreNotFound(compare(head, other, {}));
      if (comparison === undefined) return new Set([other]);
      if (comparison.at('ahead_by').integer() === 0) return new Set();
      const commits = comparison.at('commits').list();
      return new Set([other, ...commits.map((commit) => commit.at('sha').string())]);
    },
    async commits(base, head) {
      return base === undefined ? listAll(head) : listRange(base, head);
    },
    async setTag(name, commit, exists) {
      if (exists) await git.updateRef({ ...ownerAndRepo, ref: `tags/${name}`, sha: commit, force: true });
      else await git.createRef({ ...ownerAndRepo, ref: `refs/tags/${name}`, sha: commit });
    },
  };

  async function listRange(base: string, head: string) {
    const commits: Commit[] = [];
    for (let page = 1; ; page++) {
      const comparison = await compare(base, head, { per_page: PAGE_SIZE, page });
      const listed = comparison.at('commits').list();
      const total = comparison.at('total_commits').integer();
      for (const commit of listed) commits.push(toCommit(commit));
      if (page === MAX_PAGES) comparison.fail('has no end');
      if (listed.length === 0 || commits.length >= total) return { commits, complete: commits.length >= total };
    }
  }

  async function listAll(head: string) {
    const commits: Commit[] = [];
    let pages = 0;
    let complete = true;
    const subject = `the list of commits of ${head}`;
    for await (const page of paginate(subject, (number) =>
      repos.listCommits({ ...ownerAndRepo, sha: head, per_page: PAGE_SIZE, page: number }),
    )) {
      if (pages++ === MAX_PAGES_WITHOUT_BASE) {
        complete = false;
        break;
      }
      for (const commit of page) commits.push(toCommit(commit));
    }
    return { commits: commits.reverse(), complete };
  }
}

function toCommit(raw: ResponseData): Commit {
  return {
    sha: raw.at('sha').string(),
    message: raw.at('commit').at('message').string(),
    merge: (raw.at('parents').optional?.list().length ?? 0) > 1,
  };
}

/** GitHub responds with 404 for a ref or commit that does not exist, and with 422 for a string that cannot be one. */
async function ignoreNotFound<T>(request: Promise<T>): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 422) return undefined;
    throw error;
  }
}
