import type { Digest } from '../../../lib/identifiers.ts';
import { ResponseData } from '../../../lib/requests/responses.ts';
import { type Descriptor, parseDescriptor } from './descriptors.ts';
import type { Distribution } from './distribution.ts';
import { type Repository, readManifest, writeManifest } from './manifests.ts';
import { pullScope } from './registry-call.ts';
import { nextPage } from './tag-list.ts';

const MAX_PAGES = 100;
const MAX_DESCRIPTORS = 10_000;
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
/** What a registry without the API responds with. Some have a status of their own for it. */
const UNSUPPORTED = [400, 404, 405, 406, 501];

/** Registries that have been found to lack the API. */
const withoutApi = new WeakSet<Distribution>();

/** The tag of a registry without the referrers API: an index of what refers to the manifest. */
export const fallbackTag = (digest: Digest): string => digest.replace(':', '-');

/**
 * What refers to a manifest, by the API or by the fallback tag.
 * Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
export async function listReferrers(repository: Repository, digest: Digest): Promise<Descriptor[]> {
  return (await askApi(repository, digest)) ?? (await readFallbackTag(repository, digest));
}

/** `undefined` when the registry has no such API. */
async function askApi({ client, path, name }: Repository, digest: Digest): Promise<Descriptor[] | undefined> {
  if (withoutApi.has(client)) return undefined;
  const what = `the referrers of ${name}@${digest}`;
  const found: Descriptor[] = [];
  let url: string | undefined = `/v2/${path}/referrers/${digest}`;
  for (let page = 0; url !== undefined && page < MAX_PAGES; page++) {
    const response = await client.call({ url, scopes: [pullScope(path)], what, expected: [200, ...UNSUPPORTED] });
    if (response.status !== 200) {
      withoutApi.add(client);
      return undefined;
    }
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
