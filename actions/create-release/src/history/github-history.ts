import { parseCommitSha } from '../../../lib/identifiers.ts';
import { paginate, responseData, statusOf } from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import type { Commit, History } from './history.ts';
import { type GraphqlEndpoint, readOverview, readTag, replaceTag } from './overview.ts';
import { readRepositoryFile } from './read-file.ts';

/** Items on one page of a list. */
const PAGE_SIZE = 100;

/** No two tags have this many commits between them: such a comparison is broken. */
const MAX_PAGES = 1000;

/** Pages of commits that are listed for a first release. */
const MAX_PAGES_WITHOUT_BASE = 10;

/** Tags and commits by GitHub's API. */
export function createHistory(endpoint: GraphqlEndpoint): History {
  const { github, repository } = endpoint;
  const [owner = '', repo = ''] = repository.split('/');
  const ownerAndRepo = { owner, repo };
  const { git, repos } = github.rest;

  const compare = async (base: string, head: string, page: { per_page?: number; page?: number }) =>
    responseData(
      await repos.compareCommitsWithBasehead({ ...ownerAndRepo, basehead: `${base}...${head}`, ...page }),
      `the comparison of ${base} with ${head}`,
    );

  return {
    overview: (tag, names) => readOverview(endpoint, tag, names),
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
    async compare(base, head) {
      const comparison = await ignoreNotFound(compare(base, head, { per_page: 1 }));
      return (
        comparison && {
          ahead: comparison.at('ahead_by').integer(),
          behind: comparison.at('behind_by').integer(),
          mergeBase: comparison.at('merge_base_commit').at('sha').parsed(parseCommitSha),
        }
      );
    },
    async commits(base, head) {
      return base === undefined ? listAll(head) : listRange(base, head);
    },
    async tagsWithPrefix(prefix) {
      const response = await git.listMatchingRefs({ ...ownerAndRepo, ref: `tags/${prefix}` });
      const refs = responseData(response, `the tags that begin with ${prefix}`).list();
      return refs.map((ref) => ref.at('ref').string().slice('refs/tags/'.length));
    },
    readFile: (path, commit) => readRepositoryFile(github, repository, { path, commit }),
    readTag: (name) => readTag(endpoint, name),
    replaceTag: (name, move) => replaceTag(endpoint, name, move),
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
      if (listed.length === 0 || commits.length >= total) return { commits, complete: commits.length >= total, total };
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
    const total = complete ? commits.length : await countAll(head);
    return { commits: commits.reverse(), complete, total };
  }

  /** The number of the last page when each has one commit. */
  async function countAll(head: string): Promise<number | undefined> {
    const { headers } = await repos.listCommits({ ...ownerAndRepo, sha: head, per_page: 1 });
    const last = /[?&]page=(\d{1,15})[^<>]*>;\s*rel="last"/.exec(headers.link ?? '')?.[1];
    return last === undefined ? undefined : Number(last);
  }
}

function toCommit(raw: ResponseData): Commit {
  return {
    sha: raw.at('sha').string(),
    message: raw.at('commit').at('message').string(),
    parents: (raw.at('parents').optional?.list() ?? []).map((parent) => parent.at('sha').string()),
    author: {
      name: raw.at('commit').at('author').optional?.at('name').optional?.string() ?? '',
      // An empty object for an account that was deleted: https://docs.github.com/rest/commits/commits
      login: raw.at('author').optional?.at('login').optional?.string(),
    },
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
