import { basicAuth, findDigest, type RegistryEndpoint } from '../../registries/index.ts';

async function ask(registry: RegistryEndpoint, path: string, method = 'GET'): Promise<Response> {
  return fetch(`http://${registry.host}/v2/${path}`, { method, headers: { authorization: basicAuth(registry) } });
}

/** The tags of an image, sorted; none when the registry does not know the image. */
export async function tagsOf(registry: RegistryEndpoint, name: string): Promise<string[]> {
  const answer = await ask(registry, `${name}/tags/list`);
  if (answer.status === 404) return [];
  if (!answer.ok) throw new Error(`${registry.host} answers ${answer.status} for the tags of ${name}`);
  return (((await answer.json()) as { tags: string[] | null }).tags ?? []).sort();
}

/** Removes every tag of an image, with the manifest behind it. */
export async function deleteTags(registry: RegistryEndpoint, name: string): Promise<void> {
  for (const tag of await tagsOf(registry, name)) {
    // Tags of one manifest go together, so a later one may be gone already.
    const digest = await findDigest(registry, name, tag);
    if (digest === undefined) continue;
    const answer = await ask(registry, `${name}/manifests/${digest}`, 'DELETE');
    if (!answer.ok && answer.status !== 404) {
      throw new Error(`${registry.host} answers ${answer.status} to deleting ${name}@${digest}`);
    }
  }
}
