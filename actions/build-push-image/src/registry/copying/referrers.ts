import { messageOf } from '../../../../lib/errors.ts';
import type { Digest } from '../../../../lib/identifiers.ts';
import { isConnectionError } from '../../../../lib/requests/retry.ts';
import { RegistryResponseError } from '../client/registry-error.ts';
import { type Descriptor, parseParts } from '../manifests/descriptors.ts';
import {
  formatReference,
  INDEX_TYPE,
  type Repository,
  type StoredManifest,
  writeManifest,
} from '../manifests/manifests.ts';
import type { CopyResult } from '../registry.ts';
import type { Copier, CopyRoute, ReadManifest } from './copy.ts';
import { fallbackTag, mergeFallbackTag, ReferrerFinder } from './referrers-api.ts';

/** What cosign stores under a tag: https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery */
const COSIGN_SUFFIXES = ['.sig', '.att', '.sbom'];
/** A signature can be signed itself. */
const MAX_DEPTH = 3;
/** Of one image. More are not followed, and told. */
const MAX_REFERRERS = 1000;

/** A signature or an attestation of an image, in the source. */
interface Found {
  /** What it is stored under: its digest, or cosign's tag. */
  target: string;
  manifest: StoredManifest;
  /** How it was listed; `undefined` for one under a tag of its own. */
  descriptor: Descriptor | undefined;
}

interface Search {
  source: Repository;
  finder: ReferrerFinder;
  /** Handles an error that is about one part, which it names. */
  tell: (what: string) => (error: unknown) => undefined;
}

/** Copies signatures and attestations that refer to an image. */
export class ReferrerCopier {
  readonly #read: ReadManifest;
  readonly #copier: Copier;

  constructor(read: ReadManifest, copier: Copier) {
    this.#read = read;
    this.#copier = copier;
  }

  /**
   * Copy what refers to an index, its images and its attestations, or to any of these in turn. What is refused is told in the result.
   * @param knownTags tags that the source certainly has
   * @param written resolves when the image itself is in the target: some registries refuse what refers to an unknown image
   * @throws {RegistryResponseError} when a registry fails, after all retries
   */
  async copy(
    manifest: StoredManifest,
    route: CopyRoute,
    { knownTags, written }: { knownTags: Iterable<string>; written: Promise<unknown> },
  ): Promise<CopyResult> {
    const notCopied: string[] = [];
    const tell = (what: string) => (error: unknown) => {
      if (isFailure(error)) throw error;
      notCopied.push(`${what}: ${messageOf(error)}`);
      return undefined;
    };
    const finder = new ReferrerFinder(route.source, knownTags);
    const digests = await this.digestsOf(manifest, route.source);
    const found = await this.findAll(digests, { source: route.source, finder, tell });
    await written;
    const copies = await Promise.all(
      found.map((item) => this.copyOne(item, route).catch(tell(formatReference(route.source, item.target)))),
    );
    const copied = copies.flatMap((copy) => copy ?? []);
    const unlisted = Map.groupBy(
      copied.flatMap((copy) => copy.unlisted ?? []),
      ({ subject }) => subject,
    );
    await Promise.all(
      [...unlisted].map(([subject, items]) =>
        mergeFallbackTag(
          route.target,
          subject,
          items.map(({ descriptor }) => descriptor),
        ).catch(tell(`the list of signatures ${formatReference(route.target, fallbackTag(subject))}`)),
      ),
    );
    return { referrers: copied.length, notCopied };
  }

  /** The digests of an index, and of all images and attestations in it. */
  private async digestsOf(manifest: StoredManifest, source: Repository, depth = 0): Promise<Digest[]> {
    const { manifests } = parseParts(manifest, source.client.name);
    const children = manifests.map(async ({ digest, mediaType }) => {
      const nested = INDEX_TYPE.test(mediaType) && depth < MAX_DEPTH ? await this.#read(source, digest) : undefined;
      return nested === undefined ? [digest] : this.digestsOf(nested, source, depth + 1);
    });
    return [manifest.digest, ...(await Promise.all(children)).flat()];
  }

  private async findAll(digests: readonly Digest[], { source, finder, tell }: Search): Promise<Found[]> {
    const found = new Map<string, Found>();
    let current = digests;
    for (let depth = 0; depth < MAX_DEPTH && current.length > 0; depth++) {
      const next = await Promise.all(
        current.map((digest) =>
          this.findOf(digest, source, finder).catch(tell(`the signatures of ${formatReference(source, digest)}`)),
        ),
      );
      const added = next.flatMap((items) => items ?? []).filter(({ target }) => !found.has(target));
      for (const item of added) {
        if (found.size >= MAX_REFERRERS) {
          tell(formatReference(source, item.target))(new Error(`the image has more than ${MAX_REFERRERS} signatures`));
          return [...found.values()];
        }
        found.set(item.target, item);
      }
      current = added.flatMap(({ descriptor }) => descriptor?.digest ?? []);
    }
    return [...found.values()];
  }

  /** What refers to one manifest directly. */
  private async findOf(digest: Digest, source: Repository, finder: ReferrerFinder): Promise<Found[]> {
    const [descriptors, ...tagged] = await Promise.all([
      finder.list(digest),
      ...COSIGN_SUFFIXES.map(async (suffix): Promise<Found[]> => {
        const target = `${fallbackTag(digest)}${suffix}`;
        const manifest = (await finder.mayHaveTag(target)) ? await this.#read(source, target) : undefined;
        return manifest === undefined ? [] : [{ target, manifest, descriptor: undefined }];
      }),
    ]);
    const referrers = await Promise.all(
      descriptors.slice(0, MAX_REFERRERS).map(async (descriptor): Promise<Found[]> => {
        const manifest = await this.#read(source, descriptor.digest);
        // A list of a fallback tag can be outdated.
        return manifest === undefined ? [] : [{ target: descriptor.digest, manifest, descriptor }];
      }),
    );
    return [...referrers.flat(), ...tagged.flat()];
  }

  private async copyOne({ target, manifest, descriptor }: Found, route: CopyRoute): Promise<Copied> {
    if (descriptor === undefined) {
      const existing = await this.#read(route.target, target);
      if (existing?.digest === manifest.digest) return {};
      if (existing !== undefined)
        throw new Error(`${formatReference(route.target, target)} is there with other content, which stays`);
    }
    await this.#copier.copyContents(manifest, route);
    const { headers } = await writeManifest(route.target, target, manifest);
    const { subject } = parseParts(manifest, route.source.client.name);
    // https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
    if (subject === undefined || descriptor === undefined || headers['oci-subject'] !== undefined) return {};
    return { unlisted: { subject, descriptor: { ...descriptor, size: manifest.bytes.length } } };
  }
}

/** The registry of the target does not list it by itself: its descriptor belongs into the fallback tag of its subject. */
interface Copied {
  unlisted?: { subject: Digest; descriptor: Descriptor };
}

/** Whether it is a failure of a registry or a connection. Anything else is a refusal, or content that cannot be copied. */
const isFailure = (error: unknown): boolean =>
  error instanceof RegistryResponseError ? error.kind === 'transient' : isConnectionError(error);
