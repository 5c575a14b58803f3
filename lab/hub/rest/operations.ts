/**
 * The operations of GitHub's REST API that the hub serves, each with the permission that a token needs
 * (https://docs.github.com/rest/authentication/permissions-required-for-github-apps). `npm run update -- openapi` reduces
 * GitHub's description to this table.
 */

export type Level = 'read' | 'write' | 'admin';

/** `null`: no permission in a repository is needed. */
export type Need = readonly [permission: string, level: Level] | null;

const metadata: Need = ['metadata', 'read'];
const readContents: Need = ['contents', 'read'];
const writeContents: Need = ['contents', 'write'];
const readPulls: Need = ['pull_requests', 'read'];
const writePulls: Need = ['pull_requests', 'write'];
const writeIssues: Need = ['issues', 'write'];
const administer: Need = ['administration', 'write'];
const readActions: Need = ['actions', 'read'];

export const operations = {
  'meta/root': null,
  'meta/get': null,
  'rate-limit/get': null,
  'users/get-authenticated': null,
  'repos/create-for-authenticated-user': null,
  'repos/create-in-org': null,

  'repos/get': metadata,
  'repos/update': administer,
  'repos/delete': administer,
  'repos/add-collaborator': administer,
  'repos/check-immutable-releases': ['administration', 'read'],
  'repos/enable-immutable-releases': administer,
  'repos/disable-immutable-releases': administer,

  'repos/list-branches': readContents,
  'repos/list-tags': readContents,
  'repos/list-commits': readContents,
  'repos/get-commit': readContents,
  'repos/compare-commits-with-basehead': readContents,
  'repos/get-content': readContents,
  'repos/create-or-update-file-contents': writeContents,
  'repos/delete-file': writeContents,
  'repos/download-tarball-archive': readContents,
  'repos/download-zipball-archive': readContents,

  'git/get-ref': readContents,
  'git/list-matching-refs': readContents,
  'git/create-ref': writeContents,
  'git/update-ref': writeContents,
  'git/delete-ref': writeContents,
  'git/get-tag': readContents,
  'git/get-blob': readContents,
  'git/get-tree': readContents,

  'pulls/list': readPulls,
  'pulls/create': writePulls,
  'pulls/get': readPulls,
  'pulls/update': writePulls,
  'pulls/merge': writeContents,
  'pulls/request-reviewers': writePulls,
  'pulls/list-reviews': readPulls,

  'issues/create-label': writeIssues,
  'issues/add-labels': writeIssues,
  // `issues: write` would be enough too.
  'issues/add-assignees': writePulls,

  'repos/create-repo-ruleset': administer,

  'repos/list-releases': readContents,
  'repos/create-release': writeContents,
  'repos/get-release': readContents,
  'repos/get-release-by-tag': readContents,
  'repos/get-latest-release': readContents,
  'repos/update-release': writeContents,
  'repos/delete-release': writeContents,
  'repos/generate-release-notes': writeContents,
  'repos/list-release-assets': readContents,
  'repos/upload-release-asset': writeContents,
  'repos/get-release-asset': readContents,
  'repos/update-release-asset': writeContents,
  'repos/delete-release-asset': writeContents,

  'actions/create-repo-variable': ['actions_variables', 'write'],
  'actions/delete-repo-variable': ['actions_variables', 'write'],
  'actions/list-repo-workflows': readActions,
  'actions/get-workflow': readActions,
  'actions/list-workflow-runs': readActions,
  'actions/list-workflow-runs-for-repo': readActions,
  'actions/get-workflow-run': readActions,
  'actions/list-jobs-for-workflow-run': readActions,
  'actions/get-job-for-workflow-run': readActions,
  'actions/list-workflow-run-artifacts': readActions,
  'checks/list-annotations': ['checks', 'read'],
  'actions/re-run-workflow': ['actions', 'write'],
} as const satisfies Record<string, Need>;

export type OperationId = keyof typeof operations;
