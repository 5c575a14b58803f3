import { removeApplications } from '../cluster/argo/index.ts';
import type { RegistryEndpoint } from '../registries/index.ts';
import { repositoryExists } from './repository/set-up.ts';
import { deleteTags } from './shop/registry.ts';
import { IMAGES } from './shop/shop.ts';
import type { World } from './world.ts';

/**
 * Deletes what an earlier run created: the applications in the cluster, the repository and the shop's images. Caches, base
 * images and services stay.
 */
export async function resetStory(world: World): Promise<void> {
  if (world.hasCluster) await removeApplications(world.cluster);
  if (await repositoryExists(world)) await world.platform.repos.delete(world.repository);
  const { staging, production } = world.endpoints.registries;
  await Promise.all(
    [staging, production].flatMap((registry: RegistryEndpoint) => IMAGES.map((name) => deleteTags(registry, name))),
  );
}
