import type { Readable } from 'node:stream';

/** A file of a release, as the server has it. */
export interface Asset {
  id: number;
  name: string;
  label: string | undefined;
  size: number;
  /** False while it is being uploaded, and forever when the upload broke off. */
  complete: boolean;
  /** `sha256:` and hex; older servers give none. */
  digest: string | undefined;
  /** Where it is downloaded; final only when the release is published. */
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

/** What a release is made or changed to. */
export interface ReleaseFields {
  tag: string;
  /** The commit where the server makes the tag on publishing; `undefined` when the tag exists. */
  target: string | undefined;
  name: string;
  body: string;
  draft: boolean;
  prerelease: boolean;
  /** `undefined` leaves the mark as it is. */
  latest: boolean | undefined;
}

/** A file to attach. */
export interface AssetContent {
  name: string;
  label: string | undefined;
  size: number;
  digest: string;
  contentType: string;
  /** A fresh stream of its bytes, for each attempt. */
  open(): Readable | Promise<Readable>;
}

/**
 * The releases of one repository. Reading and deleting repeat by themselves when a failure may pass; `create`, `update` and `upload` do not,
 * because a lost answer may hide a success: their caller looks before it tries again.
 * Failures are the server's own (`isRequestError`).
 */
export interface Releases {
  /** Every release of the tag. Drafts are among them only when all are listed: asked by tag, the server hides them. */
  ofTag(tag: string): Promise<Release[]>;
  get(id: number): Promise<Release>;
  /** The id of the release that the server calls the latest. */
  latestId(): Promise<number | undefined>;
  create(fields: ReleaseFields): Promise<Release>;
  update(id: number, fields: ReleaseFields): Promise<Release>;
  remove(id: number): Promise<void>;
  assets(releaseId: number): Promise<Asset[]>;
  upload(release: Release, content: AssetContent): Promise<Asset>;
  removeAsset(id: number): Promise<void>;
  /** Notes made by the server from merged pull requests. */
  generateNotes(tag: string, target: string | undefined, previousTag: string | undefined): Promise<string>;
}
