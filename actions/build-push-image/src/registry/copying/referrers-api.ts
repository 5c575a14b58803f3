import { messageOf } from '../../../../lib/errors.ts';
import type { Digest } from '../../../../lib/identifiers.ts';
import { ResponseData } from '../../../../lib/requests/responses.ts';
import { debug } from '../../../../lib/runner/commands.ts';
import { jsonProblemOf, pullScope } from '../client/registry-call.ts';
import { nextPage } from '../client/tag-list.ts';
import { type Descriptor, parseDescriptor } from '../manifests/descriptors.ts';
import { type Repository, readManifest, writeManifest } from '../manifests/manifests.ts';

const MAX_PAGES = 100;
const MAX_DESCRIPTORS = 10_000;
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
/** What a registry without the API responds with. Some have a status of their own for it. */
const UNSUPPORTED = [400, 404, 405, 406, 501];

/** The tag of a registry without the referrers API: an index of what refers to the manifest. */
export const fallbackTag = (digest: Digest): string => digest.replace(':', '-');

/** Finds what refers to manifests of one repository, with few requests. */
export class ReferrerFinder {
  readonly #repository: Repository;
  readonly #tags: Promise<ReadonlySet<string> | undefined>;
  /** Whether the registry has the API: the response to the first question. */
  #hasApi: Promise<boolean> | undefined;

  /** @param knownTags tags that the repository certainly has */
  constructor(repository: Repository, knownTags: Iterable<string>) {
    this.#repository = repository;
    this.#tags = listAllTags(repository, knownTags);
  }

  /** Whether the repository may have the tag. */
  async mayHaveTag(tag: string): Promise<boolean> {
    return (await this.#tags)?.has(tag) ?? true;
  }

  /**
   * What refers to a manifest, by the API or by the fallback tag.
   * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
   */
  async list(digest: Digest): Promise<Descriptor[]> {
    const first = this.#hasApi === undefined ? askApi(this.#repository, digest) : undefined;
    this.#hasApi ??= (first as NonNullable<typeof first>).then(
      (found) => found !== undefined,
      // Its caller gets the error; the next digest is asked for anyway.
      () => true,
    );
    const found = first ?? ((await this.#hasApi) ? askApi(this.#repository, digest) : undefined);
    const referrers = await found;
    if (referrers !== undefined) return referrers;
    return (await this.mayHaveTag(fallbackTag(digest))) ? readFallbackTag(this.#repository, digest) : [];
  }
}

/**
 * All tags of a repository, if one page has them: it replaces many questions for single tags.
 * `undefined` when the registry does not list them, or when nothing shows that the list is complete.
 */
async function listAllTags(
  { client, path, name }: Repository,
  knownTags: Iterable<string>,
): Promise<ReadonlySet<string> | undefined> {
  const what = `the list of tags of ${name}`;
  try {
    const url = `/v2/${path}/tags/list?n=1000`;
    const response = await client.callOnce({
      url,
      scopes: [pullScope(path)],
      what,
      expected: [200],
      problemOf: jsonProblemOf,
    });
    if (nextPage(response, what, client.name) !== undefined) return undefined;
    const data = ResponseData.json(response.body.toString('utf8'), client.name, what);
    const tags = new Set((data.at('tags').optional?.list() ?? []).map((tag) => tag.string()));
    const known = [...knownTags];
    return known.length > 0 && known.every((tag) => tags.has(tag)) ? tags : undefined;
  } catch (error) {
    debug(`each signature is looked up by itself: ${messageOf(error)}`);
    return undefined;
  }
}

/** `undefined` when the registry has no such API. */
async function askApi({ client, path, name }: Repository, digest: Digest): Promise<Descriptor[] | undefined> {
  const what = `the referrers of ${name}@${digest}`;
  const found: Descriptor[] = [];
  let url: string | undefined = `/v2/${path}/referrers/${digest}`;
  for (let page = 0; url !== undefined && page < MAX_PAGES; page++) {
    const call = { url, scopes: [pullScope(path)], what, expected: [200, ...UNSUPPORTED], problemOf: jsonProblemOf };
    const response = await client.call(call);
    if (response.status !== 200) return undefined;
    found.push(...parseIndex(response.body, client.name, what));
    url = nextPage(response, what, client.name);
  }
  return found;
}

async function readFallbackTag(repository: Repository, digest: Digest): Promise<Descriptor[]> {
  const tag = fallbackTag(digest);
  const index = await readManifest(repository, tag);
  return index === undefined ? [] : parseIndex(index.bytes, repository.client.name, `${repository.name}:${tag}`);
}

function parseIndex(bytes: Buffer, server: string, subject: string): Descriptor[] {
  const manifests = ResponseData.json(bytes.toString('utf8'), server, subject).at('manifests').optional;
  return (manifests?.list(MAX_DESCRIPTORS) ?? []).map(parseDescriptor);
}

/** Add descriptors to the fallback tag of what they refer to, unless they are there. */
export async function mergeFallbackTag(
  repository: Repository,
  subject: Digest,
  descriptors: readonly Descriptor[],
): Promise<void> {
  const existing = await readFallbackTag(repository, subject);
  const added = descriptors.filter(({ digest }) => !existing.some((other) => other.digest === digest));
  if (added.length === 0) return;
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...existing, ...added] };
  const bytes = Buffer.from(JSON.stringify(index));
  await writeManifest(repository, fallbackTag(subject), { mediaType: OCI_INDEX, bytes });
}
