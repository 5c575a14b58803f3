/**
 * The operations of GitHub's REST API that the hub serves, each with the permission a token needs for it
 * (https://docs.github.com/rest/authentication/permissions-required-for-github-apps). `scripts/update-openapi.ts` cuts
 * GitHub's description down to this table.
 */

export type Level = 'read' | 'write' | 'admin';

/** `null`: no permission in a repository is needed. */
export type Need = readonly [permission: string, level: Level] | null;

const metadata: Need = ['metadata', 'read'];
const readContents: Need = ['contents', 'read'];
const writeContents: Need = ['contents', 'write'];
const readPulls: Need = ['pull_requests', 'read'];
const writePulls: Need = ['pull_requests', 'write'];
const readIssues: Need = ['issues', 'read'];
const writeIssues: Need = ['issues', 'write'];
const administer: Need = ['administration', 'write'];
const readActions: Need = ['actions', 'read'];

export const operations = {
  'meta/get': null,
  'rate-limit/get': null,
  'users/get-authenticated': null,
  'users/get-by-username': null,
  'repos/create-for-authenticated-user': null,
  'repos/create-in-org': null,
  'repos/list-for-authenticated-user': null,

  'repos/get': metadata,
  'repos/update': administer,
  'repos/delete': administer,
  'repos/add-collaborator': administer,
  'repos/remove-collaborator': administer,
  'repos/get-collaborator-permission-level': metadata,

  'repos/list-branches': readContents,
  'repos/get-branch': readContents,
  'repos/list-tags': readContents,
  'repos/list-commits': readContents,
  'repos/get-commit': readContents,
  'repos/compare-commits-with-basehead': readContents,
  'repos/get-content': readContents,
  'repos/create-or-update-file-contents': writeContents,
  'repos/list-pull-requests-associated-with-commit': readPulls,

  'git/get-ref': readContents,
  'git/list-matching-refs': readContents,
  'git/create-ref': writeContents,
  'git/update-ref': writeContents,
  'git/delete-ref': writeContents,
  'git/create-tag': writeContents,
  'git/get-tag': readContents,
  'git/create-blob': writeContents,
  'git/get-blob': readContents,
  'git/create-tree': writeContents,
  'git/get-tree': readContents,
  'git/create-commit': writeContents,
  'git/get-commit': readContents,

  'pulls/list': readPulls,
  'pulls/create': writePulls,
  'pulls/get': readPulls,
  'pulls/update': writePulls,
  'pulls/list-commits': readPulls,
  'pulls/list-files': readPulls,
  'pulls/check-if-merged': readPulls,
  'pulls/merge': writeContents,

  'issues/get': readIssues,
  'issues/list-labels-for-repo': readIssues,
  'issues/create-label': writeIssues,
  'issues/list-labels-on-issue': readIssues,
  'issues/add-labels': writeIssues,
  'issues/set-labels': writeIssues,
  'issues/remove-label': writeIssues,
  'issues/list-comments': readIssues,
  'issues/create-comment': writeIssues,
  'issues/update-comment': writeIssues,

  'repos/get-repo-rulesets': metadata,
  'repos/create-repo-ruleset': administer,
  'repos/get-repo-ruleset': metadata,
  'repos/update-repo-ruleset': administer,
  'repos/delete-repo-ruleset': administer,
  'repos/get-branch-rules': metadata,

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

  'actions/list-repo-variables': ['actions_variables', 'read'],
  'actions/create-repo-variable': ['actions_variables', 'write'],
  'actions/get-repo-variable': ['actions_variables', 'read'],
  'actions/update-repo-variable': ['actions_variables', 'write'],
  'actions/delete-repo-variable': ['actions_variables', 'write'],
  'actions/list-repo-secrets': ['secrets', 'read'],
  'actions/get-repo-secret': ['secrets', 'read'],
  'actions/list-workflow-runs-for-repo': readActions,
  'actions/get-workflow-run': readActions,
  'actions/re-run-workflow': ['actions', 'write'],
  'actions/list-jobs-for-workflow-run': readActions,
  'actions/get-job-for-workflow-run': readActions,
  'actions/download-job-logs-for-workflow-run': readActions,

  'checks/create': ['checks', 'write'],
  'checks/update': ['checks', 'write'],
  'checks/get': ['checks', 'read'],
  'checks/list-for-ref': ['checks', 'read'],
  'repos/create-commit-status': ['statuses', 'write'],
  'repos/get-combined-status-for-ref': ['statuses', 'read'],
} as const satisfies Record<string, Need>;

export type OperationId = keyof typeof operations;
