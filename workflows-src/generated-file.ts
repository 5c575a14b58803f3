/** A file that is generated from others and committed, so that readers see it and users need no build. */
export interface GeneratedFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  content: string;
}
