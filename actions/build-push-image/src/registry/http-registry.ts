import type { Digest } from '../../../lib/identifiers.ts';
import { registryHost } from '../../../lib/images/references.ts';
import { InvalidResponseError, ResponseData } from '../../../lib/requests/responses.ts';
import { nextStep, ToolError } from '../buildx/tool-error.ts';
import { readBlob } from './blobs.ts';
import { Locations, type LocationsOptions } from './client/locations.ts';
import { type RegistryResponseError, toToolError } from './client/registry-error.ts';
import { Copier, type CopyRoute, MissingManifestError, type ReadManifest } from './copying/copy.ts';
import { ReferrerCopier } from './copying/referrers.ts';
import { parseParts } from './manifests/descriptors.ts';
import { parseImageSize } from './manifests/image-size.ts';
import { formatPlatform, type Manifest, parseManifest, parsePredicateTypes } from './manifests/manifest.ts';
import {
  digestOf,
  exists,
  formatReference,
  hostOf,
  isDigest,
  type Repository,
  readManifest,
  type StoredManifest,
  splitReference,
  writeManifest,
} from './manifests/manifests.ts';
import { type MergeSource, mergeIndexes } from './manifests/merge-index.ts';
import { findProvenance, parseBuildRequest } from './manifests/provenance.ts';
import type { CopyResult, Registry } from './registry.ts';

/** Of a configuration. That of an image with many labels has a few KiB. */
const MAX_CONFIG_BYTES = 8 * 1024 * 1024;
/** That of a large build has a few MiB. */
const MAX_PROVENANCE_BYTES = 64 * 1024 * 1024;
/** Of a layer that is compared, compressed. */
const MAX_BLOB_BYTES = 512 * 1024 * 1024;
/** Manifests that are kept, to copy what has just been looked at. They never change. */
const MAX_KEPT = 500;

const NOTHING_ELSE: CopyResult = { referrers: 0, notCopied: [] };

/** Registries through their own API, with docker's logins, on kept connections. */
export class HttpRegistry implements Registry {
  readonly #locations: Locations;
  /** By reference with digest. */
  readonly #manifests = new Map<string, StoredManifest>();
  /** Tags that exist, by repository. */
  readonly #foundTags = new Map<string, Set<string>>();
  /** Images that were copied with all that refers to them: more tags need nothing else. */
  readonly #copied = new Set<string>();
  readonly #copier: Copier;
  readonly #referrers: ReferrerCopier;

  constructor(options: LocationsOptions) {
    this.#locations = new Locations(options);
    const read: ReadManifest = (repository, target) => this.read(repository, target);
    this.#copier = new Copier(read);
    this.#referrers = new ReferrerCopier(read, this.#copier);
  }

  find(reference: string): Promise<Manifest | undefined> {
    return this.explained(reading(reference), hostOf(reference), async () => {
      const { repository, target } = await this.#locations.resolve(reference);
      const stored = await this.read(repository, target);
      if (stored === undefined) return undefined;
      const { name } = repository.client;
      const manifest = this.parse(reference, () => parseManifest(stored.bytes, name));
      if (manifest.kind === 'index') return manifest;
      const config = this.parse(reference, () => parseParts(stored, name)).blobs[0];
      if (config === undefined) return manifest;
      const bytes = await readBlob(repository, config.digest, MAX_CONFIG_BYTES);
      const platform = this.parse(reference, () =>
        formatPlatform(ResponseData.json(bytes.toString('utf8'), name, 'the configuration')),
      );
      return { ...manifest, images: [{ platform, digest: manifest.digest }] };
    });
  }

  async predicateTypes(repository: string, manifest: Manifest): Promise<string[]> {
    const types = await Promise.all(
      manifest.attestations.map((digest: Digest) => {
        const reference = `${repository}@${digest}`;
        return this.explained(reading(reference), hostOf(reference), async () => {
          const location = await this.#locations.resolve(reference);
          const stored = await this.read(location.repository, digest);
          if (stored === undefined) return [];
          const { name } = location.repository.client;
          return this.parse(reference, () => parsePredicateTypes(stored.bytes.toString('utf8'), name));
        });
      }),
    );
    return types.flat().sort();
  }

  async buildRequest(repository: string, { attestations }: Manifest): Promise<string | undefined> {
    const requests = await Promise.all(
      attestations.map(async (attestation) => {
        const reference = `${repository}@${attestation}`;
        const stored = await this.explained(reading(reference), hostOf(reference), async () =>
          this.read((await this.#locations.resolve(reference)).repository, attestation),
        );
        const server = `the registry ${registryHost(repository)}`;
        const provenance = stored && this.parse(reference, () => findProvenance(stored.bytes.toString('utf8'), server));
        if (provenance === undefined) return undefined;
        const bytes = await this.blob(repository, provenance, MAX_PROVENANCE_BYTES);
        return this.parse(reference, () => parseBuildRequest(bytes.toString('utf8'), server));
      }),
    );
    const known = requests.filter((request) => request !== undefined);
    return known.length === 0 || known.length < requests.length ? undefined : [...new Set(known)].sort().join('\n');
  }

  /**
   * The refusal of a registry's login; `undefined` when it is accepted.
   * @throws {RegistryResponseError} when it fails, and Node's own errors when it cannot be reached
   */
  async refusal(host: string): Promise<RegistryResponseError | undefined> {
    return (await this.#locations.client(host)).refusal();
  }

  async tags(repository: string): Promise<string[]> {
    return (await this.#locations.repository(repository)).client.tags(repository);
  }

  /** The content of a blob of a repository, at most `limit` bytes. */
  blob(repository: string, digest: Digest, limit = MAX_BLOB_BYTES): Promise<Buffer> {
    const reference = `${repository}@${digest}`;
    return this.explained(reading(reference), hostOf(reference), async () =>
      readBlob((await this.#locations.resolve(reference)).repository, digest, limit),
    );
  }

  imageSize(repository: string, digest: Digest): Promise<number> {
    const reference = `${repository}@${digest}`;
    return this.explained(reading(reference), hostOf(reference), async () => {
      const location = await this.#locations.resolve(reference);
      const stored = await this.read(location.repository, digest);
      if (stored === undefined) throw new MissingManifestError(reference);
      return this.parse(reference, () => parseImageSize(stored.bytes, location.repository.client.name));
    });
  }

  async copy(source: string, targets: readonly string[]): Promise<CopyResult> {
    const results = await Promise.all(
      groupByRepository(targets).map(([target, tags]) => this.copyTo(source, target, tags)),
    );
    return {
      referrers: results.reduce((sum, { referrers }) => sum + referrers, 0),
      notCopied: results.flatMap(({ notCopied }) => notCopied),
    };
  }

  merge(repository: string, sources: readonly string[], targets: readonly string[]): Promise<Digest> {
    return this.explained(`merging ${sources.join(' and ')} failed`, registryHost(repository), async () => {
      const target = await this.#locations.repository(repository);
      const found = await Promise.all(
        sources.map(async (source): Promise<MergeSource> => {
          const [manifest, stored] = await Promise.all([
            this.find(source),
            this.read(target, splitReference(source).target),
          ]);
          if (manifest === undefined || stored === undefined) throw new MissingManifestError(source);
          return { raw: stored.bytes.toString('utf8'), platform: manifest.images[0]?.platform };
        }),
      );
      const index = mergeIndexes(found, target.client.name);
      await Promise.all(targets.map((reference) => writeManifest(target, splitReference(reference).target, index)));
      return digestOf(index.bytes);
    });
  }

  private copyTo(source: string, targetName: string, tags: readonly string[]): Promise<CopyResult> {
    const what = `copying ${source} to ${tags.map((tag) => formatReference({ name: targetName }, tag)).join(', ')} failed`;
    return this.explained(what, [registryHost(targetName), hostOf(source)], async () => {
      const [{ repository, target: tag }, target] = await Promise.all([
        this.#locations.resolve(source),
        this.#locations.repository(targetName),
      ]);
      const manifest = await this.read(repository, tag);
      if (manifest === undefined) throw new MissingManifestError(source);
      const isElsewhere = repository.client.host !== target.client.host || repository.path !== target.path;
      const writeTags = () => Promise.all(tags.map((name) => writeManifest(target, name, manifest)));
      if (isElsewhere) return this.copyElsewhere(manifest, { source: repository, target }, writeTags);
      await writeTags();
      return NOTHING_ELSE;
    });
  }

  /** The signatures are looked up while the image is copied, and copied when it is there. */
  private async copyElsewhere(
    manifest: StoredManifest,
    route: CopyRoute,
    writeTags: () => Promise<unknown>,
  ): Promise<CopyResult> {
    const key = `${route.source.name}@${manifest.digest} ${route.target.name}`;
    if (this.#copied.has(key)) {
      await writeTags();
      return NOTHING_ELSE;
    }
    const image = async () => {
      const [isThere] = await Promise.all([
        exists(route.target, 'manifests', manifest.digest),
        this.#copier.readAhead(manifest, route.source),
      ]);
      if (!isThere) await this.#copier.copyContents(manifest, route);
      await writeTags();
    };
    const written = image();
    const [referrers] = await Promise.all([
      this.#referrers.copy(manifest, route, { knownTags: this.#foundTags.get(route.source.name) ?? [], written }),
      written,
    ]);
    this.#copied.add(key);
    return referrers;
  }

  /** A manifest of the registry, kept if it is requested by its digest later. */
  private async read(repository: Repository, target: string): Promise<StoredManifest | undefined> {
    const known = isDigest(target) ? this.#manifests.get(`${repository.name}@${target}`) : undefined;
    if (known !== undefined) return known;
    const manifest = await readManifest(repository, target);
    if (manifest === undefined) return undefined;
    if (!isDigest(target))
      this.#foundTags.set(repository.name, (this.#foundTags.get(repository.name) ?? new Set()).add(target));
    if (this.#manifests.size === MAX_KEPT) this.#manifests.clear();
    this.#manifests.set(`${repository.name}@${manifest.digest}`, manifest);
    return manifest;
  }

  private async explained<T>(what: string, hosts: string | readonly string[], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const [host = '', ...others] = [hosts].flat();
      // A copy uses two registries: the error is about the one that the message names.
      const named = others.find((name) => (error as Error).message.includes(name)) ?? host;
      if (error instanceof MissingManifestError)
        throw new ToolError('missing', { what, why: error.message, next: nextStep('missing', named), cause: error });
      throw toToolError(error, what, named);
    }
  }

  private parse<T>(reference: string, parse: () => T): T {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof InvalidResponseError)) throw error;
      throw new ToolError('final', {
        what: `${reference} is not an image`,
        why: error.message,
        next: 'Check the reference, and that `docker buildx imagetools inspect` shows an image for it.',
        cause: error,
      });
    }
  }
}

const reading = (reference: string): string => `inspecting ${reference} failed`;

/** The tags by repository. */
function groupByRepository(references: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const reference of references) {
    const { repository, target } = splitReference(reference);
    groups.set(repository, [...(groups.get(repository) ?? []), target]);
  }
  return [...groups];
}
