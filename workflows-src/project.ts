/** Where this project is published. All sources that name it use these names. */
export const project = {
  /** The repository on GitHub, as other repositories name it in `uses:`. */
  repository: 'gitops-actions/gitops-actions',
  /** The tag that moves to every release of the current major version. */
  majorTag: 'v1',
} as const;
