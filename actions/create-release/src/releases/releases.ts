import type { Readable } from 'node:stream';

/** A file of a release on the server. */
export interface Asset {
  id: number;
  name: string;
  label: string | undefined;
  size: number;
  /** False while it is being uploaded, and permanently after an interrupted upload. */
  complete: boolean;
  /** `sha256:` and hex; older servers do not have it. */
  digest: string | undefined;
  /** The download address; final only when the release is published. */
  url: string;
}

export interface Release {
  id: number;
  tag: string;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  /** Whether its assets and tag are locked forever (https://docs.github.com/code-security/concepts/supply-chain-security/immutable-releases). */
  immutable: boolean;
  url: string;
  /** The server's URL template, `…/assets{?name,label}`. */
  uploadUrl: string;
  assetCount: number;
}

/** The fields to create or update a release with. */
export interface ReleaseFields {
  tag: string;
  /** The commit that the server creates the tag on when it publishes; `undefined` when the tag exists. */
  target: string | undefined;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  /** `undefined` does not change which release is the latest. */
  latest: boolean | undefined;
}

/** A file to attach. */
export interface AssetContent {
  name: string;
  label: string | undefined;
  size: number;
  digest: string;
  contentType: string;
  /** A new stream of its bytes, for each attempt. */
  open(): Readable | Promise<Readable>;
}

/**
 * The releases of a repository. Reading and deleting are retried after transient failures; `create`, `update` and `uploadAsset` are not,
 * because a lost response may hide a success: their caller checks before it tries again.
 * Failures are those of the requests (`isRequestError`).
 */
export interface Releases {
  /** All releases of the tag, drafts included: the server's request by tag omits drafts, so all releases are listed. */
  listForTag(tag: string): Promise<Release[]>;
  get(id: number): Promise<Release>;
  /** The id of the release that the server calls the latest. */
  latestId(): Promise<number | undefined>;
  create(fields: ReleaseFields): Promise<Release>;
  update(id: number, fields: ReleaseFields): Promise<Release>;
  deleteRelease(id: number): Promise<void>;
  assets(releaseId: number): Promise<Asset[]>;
  uploadAsset(release: Release, content: AssetContent): Promise<Asset>;
  deleteAsset(id: number): Promise<void>;
  /** Notes that the server generates from merged pull requests. */
  generateNotes(tag: string, target: string | undefined, previousTag: string | undefined): Promise<string>;
}
