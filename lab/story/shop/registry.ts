import { findDigest, getBasicAuth, type RegistryEndpoint } from '../../registries/index.ts';

async function request(registry: RegistryEndpoint, path: string, method = 'GET'): Promise<Response> {
  return fetch(`http://${registry.host}/v2/${path}`, { method, headers: { authorization: getBasicAuth(registry) } });
}

/** The sorted tags of an image; empty if the registry does not have the image. */
export async function listTags(registry: RegistryEndpoint, name: string): Promise<string[]> {
  const response = await request(registry, `${name}/tags/list`);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`${registry.host} returned ${response.status} for the tags of ${name}`);
  return (((await response.json()) as { tags: string[] | null }).tags ?? []).sort();
}

/** Deletes all tags of an image and their manifests. */
export async function deleteTags(registry: RegistryEndpoint, name: string): Promise<void> {
  for (const tag of await listTags(registry, name)) {
    // Deleting a manifest deletes all its tags, so a later one may no longer exist.
    const digest = await findDigest(registry, name, tag);
    if (digest === undefined) continue;
    const response = await request(registry, `${name}/manifests/${digest}`, 'DELETE');
    if (!response.ok && response.status !== 404) {
      throw new Error(`${registry.host} returned ${response.status} for the deletion of ${name}@${digest}`);
    }
  }
}
