import type { RegistryEndpoint } from '../registries/index.ts';

const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

async function ask(registry: RegistryEndpoint, path: string, method = 'GET'): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`${registry.username}:${registry.password}`).toString('base64')}`;
  return fetch(`http://${registry.host}/v2/${path}`, { method, headers: { authorization, accept: MANIFESTS } });
}

/** What the registry itself says a reference's digest is, asked over its API; `undefined` when it has no such tag. */
export async function digestOf(
  registry: RegistryEndpoint,
  name: string,
  reference: string,
): Promise<string | undefined> {
  const answer = await ask(registry, `${name}/manifests/${reference}`, 'HEAD');
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${registry.host} answers ${answer.status} for ${name}:${reference}`);
  return answer.headers.get('docker-content-digest') ?? undefined;
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
    const digest = await digestOf(registry, name, tag);
    if (digest === undefined) continue;
    const answer = await ask(registry, `${name}/manifests/${digest}`, 'DELETE');
    if (!answer.ok && answer.status !== 404) {
      throw new Error(`${registry.host} answers ${answer.status} to deleting ${name}@${digest}`);
    }
  }
}
