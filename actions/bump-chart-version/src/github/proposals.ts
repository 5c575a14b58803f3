import { ActionError } from '../../../lib/errors.ts';
import { explainRequestError, responseData, responseMessage, statusOf } from '../../../lib/github.ts';
import { parseCommitSha } from '../../../lib/identifiers.ts';
import type { ResponseData } from '../../../lib/responses.ts';
import type { BranchCommit, BranchMove, Proposal, Proposals } from '../proposals.ts';
import { AnswerLostError } from '../repository.ts';
import { passing } from './graphql.ts';
import { isVerified, parentsOf, type Reader } from './snapshot.ts';

const FIND = `query Find($owner: String!, $name: String!, $ref: String!, $base: String!) {
  repository(owner: $owner, name: $name) {
    ref(qualifiedName: $ref) {
      target { ... on Commit { oid message parents(first: 2) { nodes { oid } } signature { isValid } } }
      associatedPullRequests(states: [OPEN], baseRefName: $base, first: 1) {
        nodes { id number url title body labels(first: 100) { nodes { name } } }
      }
      closed: associatedPullRequests(
        states: [CLOSED], baseRefName: $base, first: 20, orderBy: { field: UPDATED_AT, direction: DESC }
      ) { nodes { headRefOid } }
    }
  }
}`;

const REPOSITORY_ID = `query Id($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id } }`;
const MOVE = `mutation Move($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;
const MERGE_STATE = `query MergeState($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { state autoMergeRequest { mergeMethod } } }
}`;

const AUTO_MERGE = `mutation AutoMerge($input: EnablePullRequestAutoMergeInput!) {
  enablePullRequestAutoMerge(input: $input) { clientMutationId }
}`;

/** In `updateRefs`: no such ref (https://docs.github.com/graphql/reference/input-objects#refupdate). */
const NO_COMMIT = '0'.repeat(40);
/** No branch of proposals has so many commits; a comparison that goes on is broken. */
const MOST_PAGES = 100;
const PULLS = 'pull-requests: write';
/** Not repeated by the client: the caller looks first what became of it. */
const ONCE = { request: { retries: 0 } };

export function openProposals({ github, graphql, repository }: Reader): Proposals {
  const [owner = '', repo = ''] = repository.split('/');
  const asked = async <T>(action: string, request: Promise<T>, permission = PULLS): Promise<T> => {
    try {
      return await request;
    } catch (error) {
      throw explainPull(error, action, permission);
    }
  };
  const find = async (branch: string, base: string): Promise<Proposal> => {
    const variables = { owner, name: repo, ref: `refs/heads/${branch}`, base };
    const answer = await graphql.query(FIND, variables, `looking for the branch ${branch}`);
    const ref = answer.at('repository').optional?.at('ref').optional;
    if (ref === undefined) return { head: undefined, pull: undefined, isRejected: false };
    const target = ref.at('target');
    const oid = target.at('oid').parsed(parseCommitSha);
    const [pull] = ref.at('associatedPullRequests').at('nodes').list();
    const closed = ref.at('closed').at('nodes').list();
    return {
      head: { oid, message: target.at('message').string(), parents: parentsOf(target), verified: isVerified(target) },
      pull: pull && toPull(pull),
      isRejected: pull === undefined && closed.some((each) => each.at('headRefOid').string() === oid),
    };
  };
  return {
    find,
    async commitsBetween(base, head) {
      const commits: BranchCommit[] = [];
      const size = 100;
      for (let page = 1; commits.length === (page - 1) * size; page++) {
        const action = `comparing ${head} with ${base}`;
        const request = { owner, repo, basehead: `${base}...${head}`, per_page: size, page };
        const response = await asked(action, github.rest.repos.compareCommitsWithBasehead(request), 'contents: read');
        const answer = responseData(response, `the answer for ${action}`);
        if (page > MOST_PAGES) answer.fail('has no end');
        for (const each of answer.at('commits').list()) commits.push(branchCommit(each));
      }
      return commits;
    },
    async moveBranches(moves: readonly BranchMove[]) {
      const answer = await graphql.query(REPOSITORY_ID, { owner, name: repo }, `reading ${repository}`);
      const repositoryId = answer.at('repository').at('id').string();
      const refUpdates = moves.map(({ branch, from, to }) => ({
        name: `refs/heads/${branch}`,
        ...(from === 'any' ? {} : { beforeOid: from === 'none' ? NO_COMMIT : from }),
        afterOid: to === 'none' ? NO_COMMIT : to,
        force: true,
      }));
      const names = moves.map(({ branch }) => branch).join(' and ');
      await graphql.mutate(MOVE, { input: { repositoryId, refUpdates } }, `moving ${names}`);
    },
    async open(branch, base, title, body) {
      const action = 'opening a pull request';
      try {
        const response = await github.rest.pulls.create({ owner, repo, head: branch, base, title, body, ...ONCE });
        const pull = responseData(response, 'the new pull request');
        return {
          id: pull.at('node_id').string(),
          number: pull.at('number').integer(),
          url: pull.at('html_url').string(),
        };
      } catch (error) {
        // Another run, or an attempt whose answer was lost, has opened it.
        if (/pull request already exists/i.test(responseMessage(error)))
          throw new AnswerLostError(action, responseMessage(error), undefined, error);
        throw passing(error, action) ?? explainPull(error, action);
      }
    },
    async update(number, title, body) {
      await asked(
        `updating pull request ${number}`,
        github.rest.pulls.update({ owner, repo, pull_number: number, title, body }),
      );
    },
    async label(number, labels) {
      const request = github.rest.issues.addLabels({ owner, repo, issue_number: number, labels: [...labels] });
      await asked(`labelling pull request ${number}`, request);
    },
    async willMerge(number, method) {
      const variables = { owner, name: repo, number };
      const answer = await graphql.query(MERGE_STATE, variables, `looking at pull request ${number}`);
      const pull = answer.at('repository').optional?.at('pullRequest').optional;
      const wanted = pull?.at('autoMergeRequest').optional?.at('mergeMethod').string();
      return pull?.at('state').string() === 'MERGED' || wanted === method.toUpperCase();
    },
    async autoMerge({ id, number }, method, head) {
      const input = { pullRequestId: id, mergeMethod: method.toUpperCase() };
      try {
        await graphql.mutate(AUTO_MERGE, { input }, `setting pull request ${number} to merge by itself`);
      } catch (error) {
        // Nothing is left to wait for: the server refuses to wait, so merge now.
        if (!/clean status/i.test(error instanceof Error ? error.message : '')) throw withHint(error);
        const action = `merging pull request ${number}`;
        await github.rest.pulls
          .merge({ owner, repo, pull_number: number, merge_method: method, sha: head, ...ONCE })
          .catch((refusal: unknown) => {
            throw passing(refusal, action) ?? explainPull(refusal, action);
          });
      }
    },
  };
}

/** GitHub is the committer of what it commits for others: https://docs.github.com/authentication/managing-commit-signature-verification */
function branchCommit(raw: ResponseData): BranchCommit {
  const commit = raw.at('commit');
  const isWebFlow = raw.at('committer').optional?.at('login').value === 'web-flow';
  const email = commit.at('committer').optional?.at('email').optional?.string() ?? '';
  return { message: commit.at('message').string(), byServer: isWebFlow || /^noreply@/i.test(email) };
}

function toPull(raw: ResponseData): NonNullable<Proposal['pull']> {
  return {
    id: raw.at('id').string(),
    number: raw.at('number').integer(),
    url: raw.at('url').string(),
    title: raw.at('title').string(),
    body: raw.at('body').string(),
    labels: (raw.at('labels').optional?.at('nodes').list() ?? []).map((label) => label.at('name').string()),
  };
}

function withHint(error: unknown): unknown {
  if (!(error instanceof ActionError) || !/auto.?merge is not allowed/i.test(error.why)) return error;
  return new ActionError({
    what: error.what,
    why: error.why,
    next: 'Allow auto-merge in the repository\'s settings ("Allow auto-merge"), or set auto-merge: false. The pull request is open.',
    cause: error,
  });
}

function explainPull(error: unknown, action: string, permission = PULLS): Error {
  if (statusOf(error) === 403 && /not permitted to create or approve/i.test(responseMessage(error))) {
    return new ActionError({
      what: `${action} was refused`,
      why: responseMessage(error),
      next: 'Allow it in the settings under Actions, General ("Allow GitHub Actions to create and approve pull requests"), or pass the token of an app.',
      cause: error,
    });
  }
  return explainRequestError(error, action, permission);
}
