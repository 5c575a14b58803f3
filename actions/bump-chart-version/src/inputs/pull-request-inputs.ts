import { parseBranchName } from '../../../lib/git-refs.ts';
import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';

export const AUTO_MERGE = ['merge', 'squash', 'rebase'] as const;
export type AutoMerge = (typeof AUTO_MERGE)[number];

/** The inputs `pull-request-*` and `auto-merge`. */
export interface PullRequestSettings {
  /** A template with `{chart}`, `{version}` and `{branch}`; `undefined` for the name that the charts and the base give. */
  branch: string | undefined;
  /** A template; `{changes}` is where the list of the changes goes, which otherwise follows the text. */
  body: string;
  /** Templates. */
  labels: string[];
  reviewers: Reviewers;
  /** Logins. */
  assignees: string[];
  isDraft: boolean;
  autoMerge: AutoMerge | undefined;
}

/** Users by login, and teams by the slug that they have in their organization. */
export interface Reviewers {
  users: string[];
  teams: string[];
}

/** Where the body has the list of the changes. */
export const CHANGES = '{changes}';
/** Longer texts leave no room for the list: GitHub accepts 65,536 characters. */
export const MAX_TEXT_LENGTH = 60_000;
/** https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue */
const MAX_ASSIGNEES = 10;
const BRANCH_PLACEHOLDERS = ['chart', 'version', 'branch'];

/** @param parseTemplate of the other texts with placeholders */
export function readPullRequest(
  reader: InputReader,
  parseTemplate: (text: string) => Parsed<string>,
): PullRequestSettings {
  const reviewers = reader.parsedLines('pull-request-reviewers', parseReviewer, 'octocat');
  const assignees = reader.parsedLines('pull-request-assignees', parseLogin, 'octocat');
  if (assignees.length > MAX_ASSIGNEES)
    reader.addProblem({
      input: 'pull-request-assignees',
      problem: `names ${assignees.length} users, and GitHub accepts ${MAX_ASSIGNEES}`,
    });
  const parseBody = (text: string): Parsed<string> => parseText(text, parseTemplate);
  return {
    branch: reader.parsed('pull-request-branch', parseBranchTemplate, 'bump/{chart}-{branch}'),
    body: reader.parsed('pull-request-body', parseBody, `Releases {chart} {version}.`) ?? '',
    labels: reader.parsedLines('pull-request-labels', parseTemplate, 'release'),
    reviewers: {
      users: reviewers.flatMap((reviewer) => ('login' in reviewer ? [reviewer.login] : [])),
      teams: reviewers.flatMap((reviewer) => ('team' in reviewer ? [reviewer.team] : [])),
    },
    assignees,
    ...readMerging(reader),
  };
}

function readMerging(reader: InputReader): Pick<PullRequestSettings, 'isDraft' | 'autoMerge'> {
  const isDraft = reader.boolean('pull-request-draft', false);
  const method = AUTO_MERGE.find((name) => name === reader.text('auto-merge'));
  const autoMerge = method ?? (reader.boolean('auto-merge', false) ? 'merge' : undefined);
  if (isDraft && autoMerge !== undefined)
    reader.addProblem({
      input: 'pull-request-draft',
      value: 'true',
      problem: 'contradicts auto-merge: a draft is not merged',
      advice: 'set one of them to false',
    });
  return { isDraft, autoMerge };
}

function parseText(text: string, parseTemplate: (text: string) => Parsed<string>): Parsed<string> {
  if (text.length > MAX_TEXT_LENGTH)
    return { problem: `is longer than the ${MAX_TEXT_LENGTH} characters that leave room for the list of changes` };
  const parsed = parseTemplate(text.replaceAll(CHANGES, ''));
  return 'problem' in parsed ? parsed : { value: text };
}

function parseBranchTemplate(text: string): Parsed<string> {
  const unknown = [...text.matchAll(/\{([^{}]*)\}/g)].find(([, name = '']) => !BRANCH_PLACEHOLDERS.includes(name));
  if (unknown !== undefined)
    return { problem: `has the unknown placeholder ${unknown[0]} (use {chart}, {version} or {branch})` };
  const parsed = parseBranchName(text.replaceAll(/\{\w+\}/g, 'x'));
  return 'problem' in parsed ? parsed : { value: text.replace(/^refs\/heads\//, '') };
}

/** https://docs.github.com/enterprise-cloud@latest/admin/identity-and-access-management/iam-configuration-reference/username-considerations-for-external-authentication */
const LOGIN = /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})(?:\[bot\])?$/;

function parseLogin(text: string): Parsed<string> {
  const login = text.replace(/^@/, '');
  return LOGIN.test(login) ? { value: login } : { problem: 'is not the login of a user' };
}

/** A login, or `organization/team`. */
function parseReviewer(text: string): Parsed<{ login: string } | { team: string }> {
  const [organization = '', team, ...rest] = text.replace(/^@/, '').split('/');
  if (team === undefined) {
    const login = parseLogin(text);
    return 'problem' in login ? login : { value: { login: login.value } };
  }
  return LOGIN.test(organization) && /^[a-z0-9_-]+$/i.test(team) && rest.length === 0
    ? { value: { team } }
    : { problem: 'is neither the login of a user nor ORGANIZATION/TEAM' };
}
