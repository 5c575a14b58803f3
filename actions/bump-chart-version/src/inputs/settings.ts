import type { RepositoryName } from '../../../lib/identifiers.ts';
import type { Version, VersionLevel } from '../../../lib/versions.ts';
import type { Rollback, RollbackTarget } from '../rollback/rollback.ts';
import type { Assignment } from '../yaml/path.ts';
import type { PullRequestSettings } from './pull-request-inputs.ts';
import type { WantedImage } from './wanted-image.ts';

export type VersionRule =
  | { kind: 'exact'; version: Version }
  | ({ kind: 'level'; level: VersionLevel } & BumpStart)
  /** The level at which the images change. */
  | ({ kind: 'follow' } & BumpStart)
  | { kind: 'none' };

interface BumpStart {
  /** A version that was rolled back: the bump starts there where the chart has a lower one. */
  above?: Version;
}

export type AppVersionRule =
  /** `tag` is the version of the pushed tag, if there is one. */
  { kind: 'auto'; tag: Version | undefined } | { kind: 'text'; text: string } | { kind: 'none' };

/** The changes that the inputs request; the plan is computed from them. */
export interface Request {
  /** Chart directories, relative to the repository's root as Git writes them; `.` is the root. Globs until the files are read. */
  charts: string[];
  version: VersionRule;
  appVersion: AppVersionRule;
  images: WantedImage[];
  /** The files that record the images to promote, relative to the root; none once they are read, and `images` has what they record. */
  from: string[];
  values: Assignment[];
  /** Relative to each chart directory. Globs until the files are read. */
  valuesFiles: string[];
  allowDowngrade: boolean;
  /** Where to go back to, instead of everything that is requested above. */
  rollbackTo: RollbackTarget | undefined;
  /** The commit that {@link rollbackTo} names; known once the files are read. */
  rollback?: Rollback;
  create: boolean;
}

export interface Templates {
  commitMessage: string;
  pullRequestTitle: string;
}

/** All inputs of the step. */
export interface Settings extends Request {
  mode: 'commit' | 'pull-request' | 'worktree';
  /** `undefined` only in mode `worktree`. */
  repository: RepositoryName | undefined;
  /** Without `refs/heads/`; `undefined` for the repository's default branch. */
  branch: string | undefined;
  templates: Templates;
  pullRequest: PullRequestSettings;
  /** Retries after the first attempt. */
  retries: number;
  /** About the inputs. */
  warnings: readonly string[];
  token: string;
  dryRun: boolean;
  summary: boolean;
}
