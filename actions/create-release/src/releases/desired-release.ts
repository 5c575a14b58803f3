import type { RetryPolicy } from '../../../lib/requests/retry.ts';
import type { ReleaseState } from '../history/history.ts';
import type { BodyMode } from '../inputs/inputs.ts';
import type { Asset, AssetContent, Release } from './releases.ts';

/** What this run was asked for. `undefined` is what it was not asked for: a release that exists keeps it. */
export interface DesiredRelease {
  tag: string;
  /** The commit that publishing creates the tag on; `undefined` when the tag exists. */
  target: string | undefined;
  name: string | undefined;
  /** The text of this step: body, changes and images; empty for none. */
  text: string;
  /** Whether the text of a published release changes. */
  textGiven: boolean;
  bodyMode: BodyMode;
  prerelease: boolean | undefined;
  latest: boolean | undefined;
  /** The marks of a new release, for those that were not asked for. */
  defaults: { prerelease: boolean; latest: boolean };
  draft: boolean;
  discussionCategory: string | undefined;
  assets: readonly AssetContent[];
  /** Whether the release gets a `SHA256SUMS`. */
  checksums: boolean;
  /** What happens with files that `assets` does not contain. */
  otherFiles: 'keep' | 'remove';
  /** Whether a published release may be changed. */
  update: boolean;
}

export interface PublishOptions {
  /** Unique to this run; it marks drafts until they are complete. */
  runId: string;
  retry: RetryPolicy;
  /** The releases at the start of the run. */
  known: ReleaseState;
  /** Called as soon as the release exists. */
  onRelease: (release: Release, created: boolean) => Promise<void>;
  /** Called as soon as all files are uploaded and checked. */
  onAssets: (assets: readonly Asset[]) => Promise<void>;
}

export interface PublishResult {
  release: Release;
  assets: readonly Asset[];
  /** Whether this run created the release. */
  created: boolean;
  /** Whether this run published or changed it. */
  changed: boolean;
}
