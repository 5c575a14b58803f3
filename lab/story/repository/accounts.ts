/** Who acts in the story, and what each may do. Roles, not persons. */
export const ORGANIZATION = 'gitops-actions';
export const REPOSITORY = 'gitops-actions';
export const FULL_NAME = `${ORGANIZATION}/${REPOSITORY}`;

/** Opens pull requests, merges them and pushes tags. Not able to push to main. */
export const DEVELOPER = 'developer';
/** The release commit's narrow way in: the only one that may commit to main without a pull request. */
export const RELEASE_BOT = 'release-bot[bot]';
/** Sets the repository up and rules over it. */
export const PLATFORM = 'platform';
/** Reads the repository from inside the cluster. */
export const ARGO_CD = 'argocd[bot]';
