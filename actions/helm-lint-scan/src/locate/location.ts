/** A line in the repository. */
export interface Location {
  file: string;
  /** 1-based. */
  line: number;
  /** Whether this is the line itself; otherwise it is one near it. */
  exact: boolean;
}
