import type { Readable } from 'node:stream';
import type { ReleaseState } from '../history/history.ts';

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
  /** Its discussion, if it has one. */
  discussionUrl: string | undefined;
  tarballUrl: string;
  zipballUrl: string;
  /** The server's URL template, `…/assets{?name,label}`. */
  uploadUrl: string;
  /** Its files. `Releases.get` returns all of them; the server may leave out some in other responses, but never all. */
  assets: readonly Asset[];
}

/** The fields to create a release with. */
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
  /** The category of a discussion that GitHub starts. */
  discussionCategory?: string | undefined;
}

/** What changes in a release. Its tag is always sent: without it GitHub removes the tag from a draft (https://github.com/cli/cli/pull/6422). */
export type ReleaseChanges = Pick<ReleaseFields, 'tag'> & Partial<ReleaseFields>;

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
  /** The releases that matter for a tag, drafts included, in one request. */
  state(tag: string): Promise<ReleaseState>;
  /** The release with all its files. */
  get(id: number): Promise<Release>;
  create(fields: ReleaseFields): Promise<Release>;
  update(id: number, changes: ReleaseChanges): Promise<Release>;
  deleteRelease(id: number): Promise<void>;
  uploadAsset(release: Release, content: AssetContent): Promise<Asset>;
  deleteAsset(id: number): Promise<void>;
  /** The text of a small file. */
  readAsset(id: number): Promise<string>;
  /** Notes that the server generates from merged pull requests. */
  generateNotes(tag: string, options: GenerateNotesOptions): Promise<string>;
}

export interface GenerateNotesOptions {
  /** The commit of a tag that does not exist yet. */
  target: string | undefined;
  previousTag: string | undefined;
  /** The file with the categories of the notes, instead of `.github/release.yml`. */
  configurationFile: string | undefined;
}
