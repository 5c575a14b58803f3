import { parse } from 'yaml';
import { findDigest } from '../../registries/index.ts';
import type { World } from '../world.ts';

/** The repositories of the shop's images in each registry. */
export const IMAGES = ['shop/web', 'shop/api'] as const;
export const CHART = 'helm/shop';

export const SHOP_NAMESPACE = 'shop';
export const WEB = 'shop-web';
export const API = 'shop-api';

const inNamespace = (group: string, rest: string): string => `/${group}/namespaces/${SHOP_NAMESPACE}/${rest}`;

export const podsPath = (component: 'web' | 'api'): string =>
  inNamespace('api/v1', `pods?labelSelector=app.kubernetes.io%2Fcomponent%3D${component}`);

export const deploymentPath = (name: string): string =>
  inNamespace('apis/apps/v1', `deployments?fieldSelector=metadata.name%3D${name}`);

export const servicePath = (name: string): string =>
  inNamespace('api/v1', `services?fieldSelector=metadata.name%3D${name}`);

export const autoscalerPath = (name: string): string =>
  inNamespace('apis/autoscaling/v2', `horizontalpodautoscalers?fieldSelector=metadata.name%3D${name}`);

/** The tag of a commit's images in staging. */
export const shaTag = (sha: string): string => `sha-${sha.slice(0, 12)}`;

/** The digests of both images under a tag. */
export async function findDigests(
  world: World,
  registry: 'staging' | 'production',
  tag: string,
): Promise<(string | undefined)[]> {
  return Promise.all(IMAGES.map((name) => findDigest(world.endpoints.registries[registry], name, tag)));
}

/** Reads a text file of the repository at a ref, over the API. */
export async function readFileAt({ developer, repository }: World, path: string, ref: string): Promise<string> {
  const { data } = await developer.repos.getContent({ ...repository, path, ref });
  if (Array.isArray(data) || data.type !== 'file') throw new Error(`${path} is not a file at ${ref}`);
  return Buffer.from(data.content, 'base64').toString('utf8');
}

export interface ChartState {
  version: string;
  appVersion: string;
  /** Tag and digest in the values, by image repository. */
  images: Record<string, { tag: string; digest: string }>;
}

/** What the chart at a ref deploys. */
export async function readChart(world: World, ref: string): Promise<ChartState> {
  const [chart, values] = await Promise.all([
    readFileAt(world, `${CHART}/Chart.yaml`, ref).then(
      (text) => parse(text) as { version: string; appVersion: string },
    ),
    readFileAt(world, `${CHART}/values.yaml`, ref).then(
      (text) => parse(text) as Record<'web' | 'api', { image: { repository: string; tag: string; digest: string } }>,
    ),
  ]);
  const images = [values.web.image, values.api.image].map(({ repository, tag, digest }) => [
    repository,
    { tag, digest },
  ]);
  return { version: chart.version, appVersion: chart.appVersion, images: Object.fromEntries(images) };
}

/** The files that changed between two commits, and their removed and added lines with `-` and `+`. */
export async function changedLines(
  world: World,
  base: string,
  head: string,
): Promise<{ files: string[]; lines: string[] }> {
  const { data } = await world.developer.repos.compareCommitsWithBasehead({
    ...world.repository,
    basehead: `${base}...${head}`,
  });
  const files = data.files ?? [];
  const lines = files.flatMap(({ patch = '' }) => patch.split('\n').filter((line) => /^[+-]/.test(line)));
  return { files: files.map(({ filename }) => filename).sort(), lines };
}
