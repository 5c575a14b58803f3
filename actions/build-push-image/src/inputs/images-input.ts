import { type ImageName, parseImageName } from '../../../lib/identifiers.ts';
import { type InputReader, type Parsed, parseBoolean } from '../../../lib/runner/inputs.ts';
import { editDistance } from '../../../lib/similar-names.ts';
import type { WrittenRule } from '../tags/rule-syntax.ts';
import {
  type BuildOptions,
  OPTION_EXAMPLES,
  parseCache,
  parseEach,
  parseNetwork,
  parseOutput,
  parseSsh,
} from './build-options.ts';
import { parseTagPrefix, parseTagRules, parseTagSuffix } from './image-tags.ts';
import { type KeyValues, parseKeyValues } from './key-values.ts';
import { parsePlatforms } from './platforms.ts';
import { type BuildSecret, parseSecret } from './secrets.ts';

/** One image as the `images` input names it, without the settings for all images. */
export interface ImageItem {
  /** How errors name it: `images (item 2, shop/api)`. */
  location: string;
  name: ImageName;
  /** As written; `name` is in lower case. */
  writtenName: string;
  /** A directory, relative to the workspace, or a remote context. */
  context: string;
  file: string | undefined;
  target: string | undefined;
  platforms: string[];
  buildArgs: KeyValues;
  labels: KeyValues;
  annotations: KeyValues;
  secrets: BuildSecret[];
  /** Those that the item sets. */
  options: Partial<BuildOptions>;
  /** Instead of the step's; those apply when it is empty. */
  tags: WrittenRule[];
  /** Instead of the step's, which applies when it is `undefined`. */
  tagPrefix: string | undefined;
  tagSuffix: string | undefined;
}

export const IMAGES_EXAMPLE = '[{ name: shop/web, context: app/web }, { name: shop/api, context: app/api }]';

/** The keys of an item, each with a valid line. */
const KEY_EXAMPLES = {
  name: 'name: shop/web',
  context: 'context: app/web',
  file: 'file: app/web/Dockerfile.prod',
  target: 'target: production',
  platforms: 'platforms: [linux/amd64, linux/arm64]',
  'build-args': 'build-args: { NODE_VERSION: "24" }',
  labels: 'labels: { org.opencontainers.image.licenses: MIT }',
  annotations: 'annotations: { "index:org.opencontainers.image.licenses": MIT }',
  secrets: 'secrets: { npm: "env:NPM_TOKEN", npmrc: "file:.npmrc" }',
  ...OPTION_EXAMPLES,
  tags: 'tags: [sha, semver]',
  'tag-prefix': 'tag-prefix: web-',
  'tag-suffix': 'tag-suffix: -debug',
} as const;
type Key = keyof typeof KEY_EXAMPLES;
const KEYS = Object.keys(KEY_EXAMPLES) as Key[];

/** The items of the `images` input; each problem is reported with the item's location and an example for its key. */
export async function readImages(reader: InputReader): Promise<ImageItem[]> {
  if (reader.required('images', IMAGES_EXAMPLE) === '') return [];
  const list = await reader.yaml('images', parseList, IMAGES_EXAMPLE);
  const items = (list ?? []).map((item, index) => new ItemReader(item, describeLocation(item, index), reader).read());
  reportDuplicateNames(items, reader);
  return items;
}

function reportDuplicateNames(items: readonly ImageItem[], reader: InputReader): void {
  const firstByKey = new Map<string, ImageItem>();
  for (const item of items) {
    const key = `${item.name}:${item.tagSuffix ?? ''}`;
    const first = firstByKey.get(key);
    if (first !== undefined && item.name !== '')
      reader.addProblem({
        input: item.location,
        value: item.name,
        problem: `has the name of ${first.location}; give it another name, or, as a variant of the same image, a \`tag-suffix\``,
        example: KEY_EXAMPLES['tag-suffix'],
      });
    else firstByKey.set(key, item);
  }
}

/** `images (item 2, shop/api)`; an invalid name is left out: it could be any text. */
function describeLocation({ name }: Record<string, unknown>, index: number): string {
  const parsed = parseImageName(typeof name === 'string' ? name : '');
  return `images (item ${index + 1}${'value' in parsed ? `, ${parsed.value}` : ''})`;
}

function parseList(data: unknown): Parsed<Record<string, unknown>[]> {
  const list = Array.isArray(data) ? data : [data];
  if (list.length === 0) return { problem: 'is an empty list' };
  const index = list.findIndex((item) => describeKind(item) !== 'a mapping');
  return index < 0
    ? { value: list }
    : { problem: `has ${describeKind(list[index])} as item ${index + 1}, not a mapping` };
}

function describeKind(data: unknown): string {
  if (Array.isArray(data)) return 'a list';
  if (data === null || data === undefined) return 'nothing';
  return typeof data === 'object' ? 'a mapping' : 'a string';
}

/** Reads one mapping of the list and reports every problem in it. */
class ItemReader {
  readonly #item: Record<string, unknown>;
  readonly #location: string;
  readonly #reader: InputReader;

  constructor(item: Record<string, unknown>, location: string, reader: InputReader) {
    this.#item = item;
    this.#location = location;
    this.#reader = reader;
  }

  read(): ImageItem {
    for (const key of Object.keys(this.#item)) if (!KEYS.some((known) => known === key)) this.unknown(key);
    const writtenName = this.text('name') ?? '';
    if (writtenName === '' && !this.has('name')) this.report('name', 'has no name');
    return {
      location: this.#location,
      name: (writtenName === '' ? undefined : this.name(writtenName)) ?? ('' as ImageName),
      writtenName,
      context: this.text('context') ?? '.',
      file: this.text('file'),
      target: this.text('target'),
      platforms: this.structured('platforms', parsePlatforms) ?? [],
      buildArgs: this.structured('build-args', parseKeyValues) ?? new Map(),
      labels: this.structured('labels', parseKeyValues) ?? new Map(),
      annotations: this.structured('annotations', parseKeyValues) ?? new Map(),
      secrets: this.structured('secrets', parseSecrets) ?? [],
      options: this.options(),
      tags: this.structured('tags', parseTagRules) ?? [],
      tagPrefix: this.structured('tag-prefix', parseTagPrefix),
      tagSuffix: this.structured('tag-suffix', parseTagSuffix),
    };
  }

  private options(): Partial<BuildOptions> {
    const options: { [Option in keyof BuildOptions]: BuildOptions[Option] | undefined } = {
      network: this.structured('network', (data) => parseNetwork(String(data))),
      noCache: this.structured('no-cache', parseSwitch),
      pull: this.structured('pull', parseSwitch),
      addHosts: this.structured('add-hosts', parseKeyValues),
      ssh: this.structured('ssh', parseEach(parseSsh)),
      cacheFrom: this.structured('cache-from', parseEach(parseCache)),
      cacheTo: this.structured('cache-to', parseEach(parseCache)),
      buildContexts: this.structured('build-contexts', parseKeyValues),
      outputs: this.structured('outputs', parseEach(parseOutput)),
      load: this.structured('load', parseSwitch),
    };
    return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  }

  private has(key: Key): boolean {
    const value = this.#item[key];
    return value !== undefined && value !== null && value !== '';
  }

  private name(written: string): ImageName | undefined {
    const parsed = parseImageName(written);
    if ('value' in parsed) return parsed.value;
    this.report('name', `has an invalid name: it ${parsed.problem}`, written);
    return undefined;
  }

  private text(key: Key): string | undefined {
    const value = this.#item[key];
    if (!this.has(key)) return undefined;
    if (typeof value === 'string') return value;
    this.report(key, `has ${describeKind(value)} as ${key}; \`${key}\` must be a string`);
    return undefined;
  }

  private structured<T>(key: Key, parse: (data: unknown) => Parsed<T>): T | undefined {
    if (!this.has(key)) return undefined;
    const parsed = parse(this.#item[key]);
    if ('value' in parsed) return parsed.value;
    this.report(key, `has invalid ${key}: it ${parsed.problem}`);
    return undefined;
  }

  private unknown(key: string): void {
    const closest = findClosestKey(key);
    const hint = closest === undefined ? `the keys are ${KEYS.join(', ')}` : `did you mean ${closest}?`;
    this.report(closest ?? 'context', `has the unknown key ${JSON.stringify(key.slice(0, 40))}; ${hint}`);
  }

  private report(key: Key, problem: string, value?: string): void {
    const item = { input: this.#location, problem, example: KEY_EXAMPLES[key] };
    this.#reader.addProblem(value === undefined ? item : { ...item, value });
  }
}

/** Other words for a key. */
const SYNONYMS: Readonly<Record<string, Key>> = {
  dockerfile: 'file',
  image: 'name',
  repository: 'name',
  path: 'context',
  args: 'build-args',
};

/** The key that an unknown one misspells, or is another word for. */
function findClosestKey(key: string): Key | undefined {
  const plain = key
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .slice(0, 40);
  if (Object.hasOwn(SYNONYMS, plain)) return SYNONYMS[plain];
  return KEYS.find((known) => editDistance(plain, known.replace('-', '')) <= (plain.length < 6 ? 1 : 2));
}

function parseSwitch(data: unknown): Parsed<boolean> {
  const value = parseBoolean(String(data));
  return value === undefined ? { problem: 'is not a boolean (true True TRUE false False FALSE)' } : { value };
}

/** A list of `id=env:NAME`, or a mapping of ids to `env:NAME`. */
function parseSecrets(data: unknown): Parsed<BuildSecret[]> {
  const secrets: BuildSecret[] = [];
  for (const text of splitSecrets(data)) {
    const parsed = parseSecret(text);
    if ('problem' in parsed) return { problem: `has ${JSON.stringify(text)}, which ${parsed.problem}` };
    secrets.push(parsed.value);
  }
  return { value: secrets };
}

function splitSecrets(data: unknown): string[] {
  if (Array.isArray(data)) return data.map(String);
  if (typeof data === 'object' && data !== null) return Object.entries(data).map(([id, from]) => `${id}=${from}`);
  return String(data)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
