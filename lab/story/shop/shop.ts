import { parse } from 'yaml';
import { findDigest } from '../../registries/index.ts';
import type { World } from '../world.ts';

/** The shop's images, below each registry. */
export const IMAGES = ['shop/web', 'shop/api'] as const;
export const CHART = 'helm/shop';

/** The tag of the images of a commit in staging. */
export const shaTag = (sha: string): string => `sha-${sha.slice(0, 12)}`;

/** The digests of both images under a tag. */
export async function digestsOf(
  world: World,
  stage: 'staging' | 'production',
  tag: string,
): Promise<(string | undefined)[]> {
  return Promise.all(IMAGES.map((name) => findDigest(world.endpoints.registries[stage], name, tag)));
}

/** A text file of the repository at a ref, read over the API. */
export async function fileAt({ developer, where }: World, path: string, ref: string): Promise<string> {
  const { data } = await developer.repos.getContent({ ...where, path, ref });
  if (Array.isArray(data) || data.type !== 'file') throw new Error(`${path} is not a file at ${ref}`);
  return Buffer.from(data.content, 'base64').toString('utf8');
}

export interface ChartState {
  version: string;
  appVersion: string;
  /** By image: its tag and digest in the values. */
  images: Record<string, { tag: string; digest: string }>;
}

/** What the chart at a ref deploys. */
export async function chartAt(world: World, ref: string): Promise<ChartState> {
  const [chart, values] = await Promise.all([
    fileAt(world, `${CHART}/Chart.yaml`, ref).then((text) => parse(text) as { version: string; appVersion: string }),
    fileAt(world, `${CHART}/values.yaml`, ref).then(
      (text) => parse(text) as Record<'web' | 'api', { image: { repository: string; tag: string; digest: string } }>,
    ),
  ]);
  const images = [values.web.image, values.api.image].map(({ repository, tag, digest }) => [
    repository,
    { tag, digest },
  ]);
  return { version: chart.version, appVersion: chart.appVersion, images: Object.fromEntries(images) };
}

/** The lines that a commit takes out and puts in, without the diff's own marks. */
export async function changedLines(
  world: World,
  base: string,
  head: string,
): Promise<{ files: string[]; lines: string[] }> {
  const { data } = await world.developer.repos.compareCommitsWithBasehead({
    ...world.where,
    basehead: `${base}...${head}`,
  });
  const files = data.files ?? [];
  const lines = files.flatMap(({ patch = '' }) => patch.split('\n').filter((line) => /^[+-]/.test(line)));
  return { files: files.map(({ filename }) => filename).sort(), lines };
}
