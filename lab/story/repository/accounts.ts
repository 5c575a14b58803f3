import type { AdminClient } from '../../hub/admin-client.ts';

export const ORGANIZATION = 'gitops-actions';
export const REPOSITORY = 'gitops-actions';
export const FULL_NAME = `${ORGANIZATION}/${REPOSITORY}`;

/** Opens pull requests, merges them and pushes tags. Cannot push to main. */
export const DEVELOPER = 'developer';
/** Commits releases. The only account that may commit to main without a pull request. */
export const RELEASE_BOT = 'release-bot[bot]';
/** Sets the repository up and administers it. */
export const PLATFORM = 'platform';
/** Reads the repository from inside the cluster. */
const ARGO_CD = 'argocd[bot]';

export interface AccountTokens {
  platform: string;
  developer: string;
  release: string;
  argo: string;
}

/** Creates the story's accounts, which are roles rather than people, and a token for each. */
export async function createAccounts(admin: AdminClient): Promise<AccountTokens> {
  await admin.createUser(ORGANIZATION, 'Organization');
  await admin.createUser(PLATFORM, 'User');
  await admin.createUser(DEVELOPER, 'User');
  await admin.createUser(RELEASE_BOT, 'Bot');
  await admin.createUser(ARGO_CD, 'Bot');
  return {
    platform: await admin.createToken({ login: PLATFORM, permissions: 'all' }),
    developer: await admin.createToken({
      login: DEVELOPER,
      permissions: { contents: 'write', pull_requests: 'write', actions: 'write', metadata: 'read' },
    }),
    release: await admin.createToken({
      login: RELEASE_BOT,
      permissions: { contents: 'write', pull_requests: 'write', metadata: 'read' },
      repositories: [FULL_NAME],
    }),
    argo: await admin.createToken({
      login: ARGO_CD,
      permissions: { contents: 'read', metadata: 'read' },
      repositories: [FULL_NAME],
    }),
  };
}
