import { type AllowedPaths, DOES_NOT_EXIST, resolveOutputPath, resolvePath } from '../../../lib/files/workspace.ts';
import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';
import { type KeyValues, readKeyValues } from './key-values.ts';

/** How an image is built, beyond its sources: the options of `docker buildx build` that are inputs of the step and keys of an image. */
export interface BuildOptions {
  /** Of `RUN` steps. */
  network: string | undefined;
  /** Build every step, whatever the cache has. */
  noCache: boolean;
  /** Look for newer base images. */
  pull: boolean;
  /** Entries of /etc/hosts for `RUN` steps: an address by its name. */
  addHosts: KeyValues;
  /** SSH agents or keys for `RUN --mount=type=ssh`. */
  ssh: readonly string[];
  /** In buildx's form, `type=registry,ref=REFERENCE`; with placeholders. */
  cacheFrom: readonly string[];
  cacheTo: readonly string[];
  /** Further contexts by their name: a directory, what buildx reads, or `image:NAME` for another image of the step. */
  buildContexts: KeyValues;
  /** Where the image is written beside the registry, in buildx's form; with placeholders. */
  outputs: readonly string[];
  /** Load the image into Docker. */
  load: boolean;
}

/** One valid value of each option. */
export const OPTION_EXAMPLES = {
  network: 'network: none',
  'no-cache': 'no-cache: true',
  pull: 'pull: true',
  'add-hosts': 'add-hosts: { db.local: 10.0.0.5 }',
  ssh: 'ssh: [default]',
  'cache-from': 'cache-from: ["type=registry,ref=ghcr.io/org/{image}:cache-{branch}"]',
  'build-contexts': 'build-contexts: { base: "image:shop/base", shared: libs/shared }',
  outputs: 'outputs: ["type=oci,dest=images/{image}.tar"]',
  load: 'load: true',
  'cache-to': 'cache-to: ["type=registry,ref=ghcr.io/org/{image}:cache-{branch},mode=max"]',
} as const;

const lineExample = (key: 'cache-from' | 'cache-to'): string => /"([^"]*)"/.exec(OPTION_EXAMPLES[key])?.[1] ?? '';

/** The options for all images. */
export async function readBuildOptions(reader: InputReader): Promise<BuildOptions> {
  return {
    network: reader.parsed('network', parseNetwork, 'none'),
    noCache: reader.boolean('no-cache', false),
    pull: reader.boolean('pull', false),
    addHosts: await readKeyValues(reader, 'add-hosts', 'db.local=10.0.0.5'),
    ssh: reader.parsedLines('ssh', parseSsh, 'default'),
    cacheFrom: reader.parsedLines('cache-from', parseCache, lineExample('cache-from')),
    cacheTo: reader.parsedLines('cache-to', parseCache, lineExample('cache-to')),
    buildContexts: await readKeyValues(reader, 'build-contexts', 'shared=libs/shared'),
    outputs: reader.parsedLines('outputs', parseOutput, 'type=oci,dest=images/{image}.tar'),
    load: reader.boolean('load', false),
  };
}

/** The options of one image: its own, otherwise those for all images. Hosts and contexts are merged, and the image's win. */
export function mergeOptions(all: BuildOptions, own: Partial<BuildOptions>): BuildOptions {
  const given = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return {
    ...all,
    ...given,
    addHosts: new Map([...all.addHosts, ...(own.addHosts ?? [])]),
    buildContexts: new Map([...all.buildContexts, ...(own.buildContexts ?? [])]),
  };
}

/** https://docs.docker.com/reference/cli/docker/buildx/build/#network */
export function parseNetwork(text: string): Parsed<string> {
  return ['default', 'none', 'host'].includes(text)
    ? { value: text }
    : { problem: 'is not one of default, none, host' };
}

/** `default`, or `ID=PATH` of a socket or a key: https://docs.docker.com/reference/cli/docker/buildx/build/#ssh */
export function parseSsh(text: string): Parsed<string> {
  return /^[A-Za-z0-9_.-]+(?:=.+)?$/.test(text) ? { value: text } : { problem: 'is neither default nor ID=PATH' };
}

/** https://docs.docker.com/build/cache/backends/ */
export function parseCache(text: string): Parsed<string> {
  const fields = text.split(',');
  const type = fields.find((field) => field.startsWith('type='))?.slice('type='.length);
  if (type === undefined || type === '')
    return { problem: 'has no type; it is type=TYPE,KEY=VALUE,… as buildx reads it' };
  const invalid = fields.find((field) => !/^"?[a-z_-]+=/.test(field));
  if (invalid !== undefined) return { problem: `has ${JSON.stringify(invalid)}, which is not KEY=VALUE` };
  return checkPlaceholders(text);
}

/** https://docs.docker.com/build/exporters/ */
export function parseOutput(text: string): Parsed<string> {
  const type = /(?:^|,)type=([^,]*)/.exec(text)?.[1] ?? '';
  if (type === 'image' || type === 'registry')
    return { problem: `has the type ${type}; the action pushes the image itself` };
  if (!['docker', 'oci', 'tar', 'local'].includes(type)) return { problem: 'has no type of docker, oci, tar, local' };
  const dest = /(?:^|,)dest=([^,]*)/.exec(text)?.[1];
  if (dest === '-') return { problem: 'writes to the standard output; write to a path' };
  if ((dest ?? '') === '' && type !== 'docker') return { problem: 'has no dest=PATH' };
  return checkPlaceholders(text);
}

function checkPlaceholders(text: string): Parsed<string> {
  const unknown = /\{(?!(?:image|branch)\})[^}]*\}/.exec(text)?.[0];
  return unknown === undefined
    ? { value: text }
    : { problem: `has the unknown placeholder ${unknown}; the placeholders are {image}, {branch}` };
}

/** A list of strings in a structured input, or one per line. */
export function parseEach(parse: (text: string) => Parsed<string>): (data: unknown) => Parsed<string[]> {
  return (data) => {
    const items = Array.isArray(data) ? data.map(String) : String(data).split(/\r?\n/);
    const values: string[] = [];
    for (const item of items.map((text) => text.trim()).filter((text) => text !== '')) {
      const parsed = parse(item);
      if ('problem' in parsed) return { problem: `has ${JSON.stringify(item)}, which ${parsed.problem}` };
      values.push(parsed.value);
    }
    return { value: values };
  };
}

/**
 * Report each SSH key and each local cache that is outside the workspace and the runner's temporary directory: a value of a workflow's input must
 * not read or write other files of the runner. The directory of a cache may not exist yet.
 */
export async function checkOptionPaths(
  reader: InputReader,
  { location, options }: { location?: string; options: Partial<BuildOptions> },
  allowedPaths: AllowedPaths,
): Promise<void> {
  for (const [key, value, path] of localPaths(options)) {
    const resolved = await (key === 'outputs' ? resolveOutputPath : resolvePath)(allowedPaths, path);
    const missing = 'value' in resolved && resolved.value.kind === 'missing' && key === 'ssh';
    const problem = 'problem' in resolved ? resolved.problem : missing ? DOES_NOT_EXIST : undefined;
    if (problem !== undefined)
      reader.addProblem({
        input: location ?? key,
        value,
        problem: `has a path in \`${key}\` that ${problem}`,
        example: OPTION_EXAMPLES[key],
      });
  }
}

type PathKey = 'ssh' | 'cache-from' | 'cache-to' | 'outputs';

/** Each local path of the options: the option, the value that has it, and the path. */
function localPaths({ ssh, cacheFrom, cacheTo, outputs }: Partial<BuildOptions>): [PathKey, string, string][] {
  const find = (key: PathKey, values: readonly string[] = [], pattern: RegExp) =>
    values.flatMap((value) =>
      [...value.matchAll(pattern)].map(([, path = '']): [PathKey, string, string] => [key, value, path]),
    );
  const isLocal = (cache: string) => /(?:^|,)type=local(?:,|$)/.test(cache);
  return [
    ...find('ssh', ssh, /[=,]([^,]+)/g),
    ...find('cache-from', cacheFrom?.filter(isLocal), /(?:^|,)src=([^,]*)/g),
    ...find('cache-to', cacheTo?.filter(isLocal), /(?:^|,)dest=([^,]*)/g),
    ...find('outputs', outputs, /(?:^|,)dest=([^,]*)/g),
  ];
}

/** What a placeholder of a cache stands for. */
export interface CachePlaceholders {
  image: string;
  /** As a tag. */
  branch: string;
}

/** @returns the cache with its placeholders replaced */
export const fillPlaceholders = (cache: string, values: CachePlaceholders): string =>
  cache.replaceAll(/\{(image|branch)\}/g, (_placeholder, key: keyof CachePlaceholders) => values[key]);
