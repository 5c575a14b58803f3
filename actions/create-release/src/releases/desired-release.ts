import type { RetryPolicy } from '../../../lib/requests/retry.ts';
import type { Asset, AssetContent, Release, ReleaseFields } from './releases.ts';

/** The release as this run should leave it. */
export interface DesiredRelease extends Omit<ReleaseFields, 'latest'> {
  assets: readonly AssetContent[];
  /** The input `make-latest`; `undefined` for `auto`. */
  makeLatest: boolean | undefined;
  /** Whether a published release may be changed. */
  update: boolean;
  /** Checked just before publishing, because a higher version may have been tagged since the start. */
  mayBecomeLatest: () => Promise<boolean>;
}

export interface PublishOptions {
  /** Unique to this run; it marks drafts until they are complete. */
  runId: string;
  retry: RetryPolicy;
  /** Called as soon as the release exists. */
  onRelease: (release: Release, created: boolean) => Promise<void>;
  /** Called as soon as all files are uploaded and checked. */
  onAssets: (assets: readonly Asset[]) => Promise<void>;
}

export interface PublishResult {
  release: Release;
  assets: Asset[];
  /** Whether this run created the release. */
  created: boolean;
  /** Whether this run published or changed it. */
  changed: boolean;
  latest: boolean;
}
