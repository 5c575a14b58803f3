import type { ImageSettings } from '../inputs/inputs.ts';
import { csvField, secretArgument } from '../inputs/secrets.ts';

/** All that decides how one image is built. */
export interface BuildPlan {
  image: Pick<ImageSettings, 'name' | 'context' | 'file' | 'target' | 'buildArgs' | 'annotations' | 'secrets'>;
  /** `ghcr.io/org/shop/web`. */
  repository: string;
  platforms: readonly string[];
  /** With the standard ones. */
  labels: ReadonlyMap<string, string>;
  /** `push` brings the image into the repository under its digest alone; `check` leaves it in the builder. */
  output: 'push' | 'check';
  /** The commit's time in seconds since 1970, for a reproducible build. */
  epoch: number | undefined;
  cache: 'gha' | 'registry' | 'none';
  /** Build every step anew and use no cache at all: a proof that relied on the first build's layers would be none. */
  fresh: boolean;
  provenance: string;
  sbom: string;
  /** Names the run in the provenance. */
  builderId: string | undefined;
  builder: string | undefined;
  extraArgs: readonly string[];
  workspace: string;
}

/** The tag of the registry cache, beside the image's own tags. */
export const CACHE_TAG = 'buildcache';

/**
 * The arguments of `docker` for a build. Each text of a user is one argument as it is: nothing is joined with commas, so commas, quotes,
 * equals signs and line breaks in labels and build arguments need no care. Values of secrets are never among them.
 */
export function buildArguments(plan: BuildPlan, metadataFile: string): string[] {
  const { image, platforms, labels, builder, extraArgs } = plan;
  return [
    'buildx',
    'build',
    '--progress',
    'plain',
    '--metadata-file',
    metadataFile,
    ...option('--builder', builder),
    '--file',
    image.file,
    ...option('--target', image.target),
    ...option('--platform', platforms.length > 0 ? platforms.join(',') : undefined),
    ...pairs('--build-arg', withEpoch(image.buildArgs, plan.epoch)),
    ...pairs('--label', labels),
    ...pairs('--annotation', image.annotations),
    ...image.secrets.flatMap((secret) => ['--secret', secretArgument(secret, plan.workspace)]),
    '--provenance',
    provenance(plan),
    '--sbom',
    plan.sbom,
    ...cache(plan),
    '--output',
    output(plan),
    ...extraArgs,
    // Whatever an option before it takes for its value, the context stays the only argument that is none.
    '--',
    image.context,
  ];
}

const option = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, value]);

const pairs = (name: string, values: ReadonlyMap<string, string>): string[] =>
  [...values].flatMap(([key, value]) => [name, `${key}=${value}`]);

/** A value that the user gives stays. */
function withEpoch(buildArgs: ReadonlyMap<string, string>, epoch: number | undefined): ReadonlyMap<string, string> {
  return epoch === undefined ? buildArgs : new Map([['SOURCE_DATE_EPOCH', String(epoch)], ...buildArgs]);
}

function provenance({ provenance: value, builderId }: BuildPlan): string {
  if (value === 'false' || builderId === undefined || value.includes('builder-id=')) return value;
  return `${value === 'true' ? 'mode=min' : value},${csvField(`builder-id=${builderId}`)}`;
}

function cache({ cache: kind, fresh, image, repository, output: where }: BuildPlan): string[] {
  if (fresh) return ['--no-cache'];
  if (kind === 'none') return [];
  // Each image has its own scope: with one for all, each would throw the others' layers out.
  const place = kind === 'gha' ? `type=gha,scope=${image.name}` : `type=registry,ref=${repository}:${CACHE_TAG}`;
  const from = ['--cache-from', place];
  // A build that pushes nothing writes nothing to the registry, and may have no right to.
  if (kind === 'registry' && where === 'check') return from;
  // Some registries take a cache only in the form of an image: https://docs.docker.com/build/cache/backends/registry/
  const form = kind === 'registry' ? ',image-manifest=true,oci-mediatypes=true' : '';
  return [...from, '--cache-to', `${place},mode=max,ignore-error=true${form}`];
}

function output({ output: where, repository, epoch }: BuildPlan): string {
  return [
    'type=image',
    // Without it the form of the manifest, and so its digest, would depend on whether there are attestations.
    'oci-mediatypes=true',
    ...(where === 'push'
      ? [`name=${repository}`, 'push-by-digest=true', 'name-canonical=true', 'push=true']
      : ['push=false']),
    ...(epoch === undefined ? [] : ['rewrite-timestamp=true']),
  ].join(',');
}

/** The command as a person would read it. */
export function shownCommand(args: readonly string[]): string {
  return ['docker', ...args].map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
}
