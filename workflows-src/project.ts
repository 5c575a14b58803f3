/** Where this project is published. Everything that names it takes the name from here. */
export const project = {
  /** The repository on GitHub that other repositories name in `uses:`. */
  repository: 'gitops-actions/gitops-actions',
  /** The tag that moves with every release of the current major version. */
  majorTag: 'v1',
} as const;
