import type { Asset, AssetContent, Release, ReleaseFields } from './releases.ts';

/** The release as this run wants it. */
export interface Wanted extends Omit<ReleaseFields, 'latest'> {
  assets: readonly AssetContent[];
  /** The user's own word about the mark of the latest release, if there is one. */
  makeLatest: boolean | undefined;
  /** Whether a release that is already published may be changed. */
  update: boolean;
  /** Asked just before publishing: a newer version may have been tagged meanwhile. */
  latest: () => Promise<boolean>;
}

/** What became of it. */
export interface Outcome {
  release: Release;
  assets: Asset[];
  /** Whether this run made the release. */
  created: boolean;
  /** Whether this run published or changed it. */
  changed: boolean;
  latest: boolean;
}
