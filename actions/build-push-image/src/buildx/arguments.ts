import { type BuildOptions, fillPlaceholders } from '../inputs/build-options.ts';
import type { ImageSettings } from '../inputs/inputs.ts';
import { csvField, secretArgument } from '../inputs/secrets.ts';

/** Everything that determines how one image is built. */
export interface BuildPlan {
  image: Pick<
    ImageSettings,
    'name' | 'context' | 'file' | 'target' | 'buildArgs' | 'annotations' | 'secrets' | 'options' | 'affixes'
  >;
  /** `ghcr.io/org/shop/web`. */
  repository: string;
  platforms: readonly string[];
  /** With the standard labels. */
  labels: ReadonlyMap<string, string>;
  /** `push` pushes the image by digest, without a tag; `check` leaves it in the builder. */
  output: 'push' | 'check';
  /** Where a build that does not push leaves the image, as an OCI archive. */
  archive: string | undefined;
  /** `SOURCE_DATE_EPOCH`, and the latest time of a file that the build adds, in seconds since 1970; `undefined` for a build with its own time. */
  epoch: number | undefined;
  cache: 'gha' | 'registry' | 'none';
  /** The branch as a tag, for the placeholder of caches. */
  cacheBranch: string;
  /** Build every step from scratch, without any cache: a rebuild from the layers of the first build would prove nothing. */
  noCache: boolean;
  provenance: string;
  sbom: string;
  /** Names the run in the provenance. */
  builderId: string | undefined;
  builder: string | undefined;
  extraArgs: readonly string[];
  workspace: string;
}

/**
 * The time in every reproducible image: 1980-01-02T00:00:00Z. It is the same for all commits, so that layers and the cache of one commit are those
 * of another. A ZIP archive cannot have an earlier time than 1980-01-01 (in local time, hence the second day): https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.6.
 */
export const REPRODUCIBLE_EPOCH = 315_619_200;

/** The tag of the registry cache, in the repository of the image. */
export const CACHE_TAG = 'buildcache';

/**
 * The arguments of `docker` for a build. Each value of a user is one argument, unchanged: values are not joined with commas, so commas, quotes,
 * equals signs and line breaks in labels and build arguments need no escaping. Values of secrets are never among the arguments.
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
    provenanceArgument(plan),
    '--sbom',
    plan.sbom,
    ...optionArguments(image.options),
    ...cacheArguments(plan),
    '--output',
    outputArgument(plan),
    ...extraArgs,
    // Whatever the option before takes as its value, the context stays the only argument that is not an option.
    '--',
    image.context,
  ];
}

const option = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, value]);

const pairs = (name: string, values: ReadonlyMap<string, string>): string[] =>
  [...values].flatMap(([key, value]) => [name, `${key}=${value}`]);

/** A value from the user wins. */
function withEpoch(buildArgs: ReadonlyMap<string, string>, epoch: number | undefined): ReadonlyMap<string, string> {
  return epoch === undefined ? buildArgs : new Map([['SOURCE_DATE_EPOCH', String(epoch)], ...buildArgs]);
}

function provenanceArgument({ provenance: value, builderId }: BuildPlan): string {
  if (value === 'false' || builderId === undefined || value.includes('builder-id=')) return value;
  return `${value === 'true' ? 'mode=min' : value},${csvField(`builder-id=${builderId}`)}`;
}

function optionArguments({ network, pull, addHosts, ssh, buildContexts }: BuildOptions): string[] {
  return [
    ...option('--network', network),
    ...(pull ? ['--pull'] : []),
    ...[...addHosts].flatMap(([name, address]) => ['--add-host', `${name}=${address}`]),
    ...ssh.flatMap((value) => ['--ssh', value]),
    ...pairs('--build-context', buildContexts),
  ];
}

function cacheArguments(plan: BuildPlan): string[] {
  const { noCache, image, output: mode } = plan;
  const { options } = image;
  if (noCache) return ['--no-cache'];
  const fill = (cache: string) => fillPlaceholders(cache, { image: image.name, branch: plan.cacheBranch });
  const from = options.noCache ? [] : options.cacheFrom.flatMap((cache) => ['--cache-from', fill(cache)]);
  // A build that does not push must not write to a registry.
  const writable = options.cacheTo.filter((cache) => mode === 'push' || !/(?:^|,)type=registry(?:,|$)/.test(cache));
  return [
    ...(options.noCache ? ['--no-cache'] : []),
    ...standardCacheArguments(plan),
    ...from,
    ...writable.flatMap((cache) => ['--cache-to', withIgnoredErrors(fill(cache))]),
  ];
}

/** A failed export does not fail the build, unless the user decides otherwise. */
const withIgnoredErrors = (cache: string): string =>
  /(?:^|,)ignore-error=/.test(cache) || /(?:^|,)type=inline(?:,|$)/.test(cache) ? cache : `${cache},ignore-error=true`;

function standardCacheArguments({ cache: kind, image, repository, output: mode }: BuildPlan): string[] {
  if (kind === 'none') return [];
  // Each image and variant has its own scope: in a common one, each would evict the layers of the others.
  const { tagSuffix } = image.affixes;
  const location =
    kind === 'gha'
      ? `type=gha,scope=${image.name}${tagSuffix}`
      : `type=registry,ref=${repository}:${CACHE_TAG}${tagSuffix}`;
  const from = image.options.noCache ? [] : ['--cache-from', location];
  // A build that does not push must not write to the registry, and may not be allowed to.
  if (kind === 'registry' && mode === 'check') return from;
  // Some registries accept a cache only as an image: https://docs.docker.com/build/cache/backends/registry/
  const format = kind === 'registry' ? ',image-manifest=true,oci-mediatypes=true' : '';
  return [...from, '--cache-to', `${location},mode=max,ignore-error=true${format}`];
}

function outputArgument({ output: mode, archive, repository, epoch }: BuildPlan): string {
  return [
    ...(archive === undefined ? ['type=image'] : ['type=oci', csvField(`dest=${archive}`)]),
    // Without it the media type of the manifest, and so its digest, would depend on whether there are attestations.
    'oci-mediatypes=true',
    ...(mode === 'push'
      ? [`name=${repository}`, 'push-by-digest=true', 'name-canonical=true', 'push=true']
      : archive === undefined
        ? ['push=false']
        : []),
    ...(epoch === undefined ? [] : ['rewrite-timestamp=true']),
  ].join(',');
}

/** The command line, for the log. */
export function formatCommand(args: readonly string[]): string {
  return ['docker', ...args].map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(' ');
}
