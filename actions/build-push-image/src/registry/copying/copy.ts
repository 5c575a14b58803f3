import type { Digest } from '../../../../lib/identifiers.ts';
import { InvalidResponseError } from '../../../../lib/requests/responses.ts';
import { copyBlob } from '../blobs.ts';
import { Slots } from '../client/slots.ts';
import { type Descriptor, parseParts } from '../manifests/descriptors.ts';
import { formatReference, type Repository, type StoredManifest, writeManifest } from '../manifests/manifests.ts';

/** Blobs that are copied at a time, of all images together. */
const MAX_BLOBS = 8;
/** An index of indexes is possible. */
const MAX_DEPTH = 4;

export interface CopyRoute {
  source: Repository;
  target: Repository;
}

export type ReadManifest = (repository: Repository, target: string) => Promise<StoredManifest | undefined>;

/** Copies what a manifest consists of. Images that share layers copy each of them once. */
export class Copier {
  readonly #read: ReadManifest;
  readonly #slots = new Slots(MAX_BLOBS);
  /** Copies of blobs that are under way or done, by repository and digest. */
  readonly #blobs = new Map<string, Promise<void>>();
  /** A repository with the blob, by registry and digest. */
  readonly #located = new Map<string, Repository>();

  constructor(read: ReadManifest) {
    this.#read = read;
  }

  /** Read the manifests that an index names, which are kept for the copy. One that cannot be read is reported by the copy. */
  async readAhead(index: StoredManifest, source: Repository): Promise<void> {
    const { manifests } = parseParts(index, source.client.name);
    await Promise.allSettled(manifests.map(({ digest }) => this.#read(source, digest)));
  }

  /** Copy everything that the manifest refers to, but not the manifest itself. */
  async copyContents(manifest: StoredManifest, route: CopyRoute, depth = 0): Promise<void> {
    const { manifests, blobs } = parseParts(manifest, route.source.client.name);
    if (depth > MAX_DEPTH)
      throw new InvalidResponseError(route.source.client.name, `the index ${manifest.digest} is nested too deeply`);
    await Promise.all([
      ...manifests.map(({ digest }) => this.copyManifest(digest, route, depth + 1)),
      ...blobs.map((blob) => this.copyBlob(blob, route)),
    ]);
  }

  /** Copy a manifest by its digest, after all that it refers to. */
  private async copyManifest(digest: Digest, route: CopyRoute, depth: number): Promise<void> {
    const { source, target } = route;
    const manifest = await this.#read(source, digest);
    if (manifest === undefined) throw new MissingManifestError(formatReference(source, digest));
    await this.copyContents(manifest, route, depth);
    await writeManifest(target, digest, manifest);
  }

  private copyBlob(blob: Descriptor, { source, target }: CopyRoute): Promise<void> {
    const key = `${target.name}@${blob.digest}`;
    let copy = this.#blobs.get(key);
    if (copy === undefined) {
      const location = `${target.client.host}@${blob.digest}`;
      const mountFrom = source.client.host === target.client.host ? source : this.#located.get(location);
      copy = this.#slots.run(() => copyBlob(blob, { source, target, mountFrom }));
      copy.then(
        () => this.#located.set(location, target),
        () => this.#blobs.delete(key),
      );
      this.#blobs.set(key, copy);
    }
    return copy;
  }
}

/** An image refers to a manifest that its registry does not have. */
export class MissingManifestError extends Error {
  override name = 'MissingManifestError';

  constructor(reference: string) {
    super(`the registry reports that ${reference} does not exist`);
  }
}
