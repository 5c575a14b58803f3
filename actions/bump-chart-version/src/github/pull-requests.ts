import { ActionError } from '../../../lib/errors.ts';
import { parseCommitSha } from '../../../lib/identifiers.ts';
import { requestFailure, responseData, responseMessage } from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import { ResponseLostError } from '../commit/repository.ts';
import { AUTO_MERGE as AUTO_MERGE_METHODS } from '../inputs/pull-request-inputs.ts';
import type {
  BranchCommit,
  BranchMove,
  OpenPullRequest,
  PullRequestBranch,
  PullRequests,
} from '../pull-requests/pull-requests.ts';
import { toTransient } from './graphql.ts';
import { explainPullRequestError, withExplanation } from './pull-request-errors.ts';
import { createPeopleRequests } from './pull-request-people.ts';
import { isVerified, parentsOf, type Reader } from './snapshot.ts';

const FIND = `query Find($owner: String!, $name: String!, $ref: String!, $base: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) {
      target { ... on Commit { oid message parents(first: 2) { nodes { oid } } signature { isValid } } }
      associatedPullRequests(states: [OPEN], baseRefName: $base, first: 1) {
        nodes { id number url title body labels(first: 100) { nodes { name } } }
      }
      closed: associatedPullRequests(
        states: [CLOSED, MERGED], baseRefName: $base, first: 20, orderBy: { field: UPDATED_AT, direction: DESC }
      ) { nodes { headRefOid state } }
    }
  }
}`;

const REPOSITORY_ID = `query Id($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }`;
const MOVE = `mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;
const STATE = `query State($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) { state headRefOid autoMergeRequest { mergeMethod } }
  }
}`;

const AUTO_MERGE = `mutation AutoMerge($input: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $input) { clientMutationId }
}`;

/** In `updateRefs`: the ref does not exist (https://docs.github.com/graphql/reference/input-objects#refupdate). */
const NO_COMMIT = '0'.repeat(40);
/** No branch of a pull request has more commits; a comparison with more pages is broken. */
const MAX_PAGES = 100;
const PAGE_SIZE = 100;
/** https://docs.github.com/rest/commits/commits#compare-two-commits */
const MAX_FILES = 300;
/** Not retried by the client: the caller first checks the outcome of the request. */
const NO_RETRIES = { request: { retries: 0 } };

export function createPullRequests(reader: Reader): PullRequests {
  const { github, graphql, repository } = reader;
  const [owner = '', repo = ''] = repository.split('/');
  const find = async (branch: string, base: string): Promise<PullRequestBranch> => {
    const variables = { owner, name: repo, ref: `refs/heads/${branch}`, base };
    const data = await graphql.query(FIND, variables, `looking up the branch ${branch}`);
    const ref = data.at('repository').optional?.at('ref').optional;
    if (ref === undefined) return { head: undefined, pull: undefined, isRejected: false, isMerged: false };
    const target = ref.at('target');
    const oid = target.at('oid').parsed(parseCommitSha);
    const [pull] = ref.at('associatedPullRequests').at('nodes').list();
    const hasClosed = (state: string): boolean =>
      pull === undefined &&
      ref
        .at('closed')
        .at('nodes')
        .list()
        .some((closed) => closed.at('headRefOid').string() === oid && closed.at('state').string() === state);
    return {
      head: { oid, message: target.at('message').string(), parents: parentsOf(target), verified: isVerified(target) },
      pull: pull && toOpenPullRequest(pull),
      isRejected: hasClosed('CLOSED'),
      isMerged: hasClosed('MERGED'),
    };
  };
  return {
    ...createPeopleRequests(reader),
    find,
    async compare(base, head) {
      const action = `comparing ${head} with ${base}`;
      const compare = async (page: number): Promise<ResponseData> => {
        const request = { owner, repo, basehead: `${base}...${head}`, per_page: PAGE_SIZE, page };
        const response = await withExplanation(
          action,
          github.rest.repos.compareCommitsWithBasehead(request),
          'contents: read',
        );
        return responseData(response, `the response to ${action}`);
      };
      const first = await compare(1);
      const commits = first.at('commits').list().map(toBranchCommit);
      for (let page = 2; commits.length === (page - 1) * PAGE_SIZE; page++) {
        const data = await compare(page);
        if (page > MAX_PAGES) data.fail('has no end');
        for (const commit of data.at('commits').list()) commits.push(toBranchCommit(commit));
      }
      // Only the first page lists them.
      const files = (first.at('files').optional?.list() ?? []).map((file) => file.at('filename').string());
      return {
        mergeBase: first.at('merge_base_commit').at('sha').parsed(parseCommitSha),
        commits,
        files,
        isComplete: files.length < MAX_FILES,
      };
    },
    async moveBranches(moves: readonly BranchMove[]) {
      const data = await graphql.query(REPOSITORY_ID, { owner, name: repo }, `reading ${repository}`);
      const repositoryId = data.at('repository').at('id').string();
      const refUpdates = moves.map(({ branch, from, to }) => ({
        name: `refs/heads/${branch}`,
        ...(from === 'any' ? {} : { beforeOid: from === 'none' ? NO_COMMIT : from }),
        afterOid: to === 'none' ? NO_COMMIT : to,
        force: true,
      }));
      const names = moves.map(({ branch }) => branch).join(' and ');
      await graphql.mutate(MOVE, { input: { repositoryId, refUpdates } }, `moving ${names}`);
    },
    async create({ branch, base, title, body, isDraft }) {
      const action = 'opening a pull request';
      try {
        const response = await github.rest.pulls.create({
          owner,
          repo,
          head: branch,
          base,
          title,
          body,
          draft: isDraft,
          ...NO_RETRIES,
        });
        const pull = responseData(response, 'the new pull request');
        return {
          id: pull.at('node_id').string(),
          number: pull.at('number').integer(),
          url: pull.at('html_url').string(),
          title,
          body,
          labels: [],
        };
      } catch (error) {
        // A concurrent run, or an attempt whose response was lost, has opened it.
        if (/pull request already exists/i.test(responseMessage(error)))
          throw new ResponseLostError(action, requestFailure(error), { cause: error });
        throw toTransient(error, action) ?? explainPullRequestError(error, action);
      }
    },
    async update(number, title, body) {
      await withExplanation(
        `updating pull request ${number}`,
        github.rest.pulls.update({ owner, repo, pull_number: number, title, body }),
      );
    },
    async label(number, labels) {
      const request = github.rest.issues.addLabels({ owner, repo, issue_number: number, labels: [...labels] });
      await withExplanation(`labelling pull request ${number}`, request);
    },
    async stateOf(number) {
      const variables = { owner, name: repo, number };
      const data = await graphql.query(STATE, variables, `reading pull request ${number}`);
      const pull = data.at('repository').at('pullRequest');
      const state = pull.at('state').string();
      const method = pull.at('autoMergeRequest').optional?.at('mergeMethod').string().toLowerCase();
      return {
        isOpen: state === 'OPEN',
        isMerged: state === 'MERGED',
        head: pull.at('headRefOid').string(),
        autoMerge: AUTO_MERGE_METHODS.find((name) => name === method),
      };
    },
    async autoMerge({ id, number }, method, head) {
      const input = { pullRequestId: id, mergeMethod: method.toUpperCase() };
      try {
        await graphql.mutate(AUTO_MERGE, { input }, `enabling auto-merge for pull request ${number}`);
      } catch (error) {
        // The pull request can be merged now, so the server refuses auto-merge.
        if (!/clean status/i.test(error instanceof Error ? error.message : '')) throw withAutoMergeHint(error);
        const action = `merging pull request ${number}`;
        await github.rest.pulls
          .merge({ owner, repo, pull_number: number, merge_method: method, sha: head, ...NO_RETRIES })
          .catch((refusal: unknown) => {
            throw toTransient(refusal, action) ?? explainPullRequestError(refusal, action);
          });
      }
    },
  };
}

/** GitHub is the committer of commits made through its API or its pages: https://docs.github.com/authentication/managing-commit-signature-verification */
function toBranchCommit(raw: ResponseData): BranchCommit {
  const commit = raw.at('commit');
  const isWebFlow = raw.at('committer').optional?.at('login').value === 'web-flow';
  const email = commit.at('committer').optional?.at('email').optional?.string() ?? '';
  return { message: commit.at('message').string(), byServer: isWebFlow || /^noreply@/i.test(email) };
}

function toOpenPullRequest(raw: ResponseData): OpenPullRequest {
  return {
    id: raw.at('id').string(),
    number: raw.at('number').integer(),
    url: raw.at('url').string(),
    title: raw.at('title').string(),
    body: raw.at('body').string(),
    labels: (raw.at('labels').optional?.at('nodes').list() ?? []).map((label) => label.at('name').string()),
  };
}

function withAutoMergeHint(error: unknown): unknown {
  if (!(error instanceof ActionError) || !/auto.?merge is not allowed/i.test(error.why)) return error;
  return new ActionError({
    what: error.what,
    why: error.why,
    next: 'Allow auto-merge in the repository\'s settings ("Allow auto-merge"), or set auto-merge: false. The pull request is open.',
    cause: error,
  });
}
