import { type ImageName, parseImageName } from '../../../lib/identifiers.ts';
import type { InputReader, Parsed } from '../../../lib/inputs.ts';
import { editDistance } from '../../../lib/similar-names.ts';
import { type KeyValues, parseKeyValues } from './key-values.ts';
import { parsePlatforms } from './platforms.ts';
import { type BuildSecret, parseSecret } from './secrets.ts';

/** One image as the `images` input names it, before what holds for all images is added. */
export interface ImageItem {
  /** How faults call it: `images (item 2, shop/api)`. */
  place: string;
  name: ImageName;
  /** As written; it was lower-cased for `name`. */
  writtenName: string;
  /** A directory, relative to the workspace. */
  context: string;
  file: string | undefined;
  target: string | undefined;
  platforms: string[];
  buildArgs: KeyValues;
  labels: KeyValues;
  annotations: KeyValues;
  secrets: BuildSecret[];
}

export const IMAGES_EXAMPLE = '[{ name: shop/web, context: app/web }, { name: shop/api, context: app/api }]';

/** The keys of an item, each with a line that would be accepted. */
const EXAMPLES = {
  name: 'name: shop/web',
  context: 'context: app/web',
  file: 'file: app/web/Dockerfile.prod',
  target: 'target: production',
  platforms: 'platforms: [linux/amd64, linux/arm64]',
  'build-args': 'build-args: { NODE_VERSION: "24" }',
  labels: 'labels: { org.opencontainers.image.licenses: MIT }',
  annotations: 'annotations: { "index:org.opencontainers.image.licenses": MIT }',
  secrets: 'secrets: { npm: "env:NPM_TOKEN", npmrc: "file:.npmrc" }',
} as const;
type Key = keyof typeof EXAMPLES;
const KEYS = Object.keys(EXAMPLES) as Key[];

/** The items of the `images` input; each fault is told to the reader by the item's place and its key. */
export async function readImages(reader: InputReader): Promise<ImageItem[]> {
  if (reader.required('images', IMAGES_EXAMPLE) === '') return [];
  const list = await reader.yaml('images', parseList, IMAGES_EXAMPLE);
  const items = (list ?? []).map((item, index) => new ItemReader(item, placeOf(item, index), reader).read());
  reportTwins(items, reader);
  return items;
}

function reportTwins(items: readonly ImageItem[], reader: InputReader): void {
  const first = new Map<ImageName, ImageItem>();
  for (const item of items) {
    const twin = first.get(item.name);
    if (twin !== undefined && item.name !== '')
      reader.addProblem({
        input: item.place,
        value: item.name,
        problem: `has the name of ${twin.place}, and an image has one repository`,
        example: `${EXAMPLES.name}-${items.indexOf(item) + 1}`,
      });
    else first.set(item.name, item);
  }
}

/** `images (item 2, shop/api)`; without a name that is none: it could be anything. */
function placeOf({ name }: Record<string, unknown>, index: number): string {
  const parsed = parseImageName(typeof name === 'string' ? name : '');
  return `images (item ${index + 1}${'value' in parsed ? `, ${parsed.value}` : ''})`;
}

function parseList(data: unknown): Parsed<Record<string, unknown>[]> {
  const list = Array.isArray(data) ? data : [data];
  if (list.length === 0) return { problem: 'is an empty list' };
  const odd = list.findIndex((item) => kindOf(item) !== 'a mapping');
  return odd < 0 ? { value: list } : { problem: `has ${kindOf(list[odd])} as item ${odd + 1}, not a mapping` };
}

function kindOf(data: unknown): string {
  if (Array.isArray(data)) return 'a list';
  if (data === null || data === undefined) return 'nothing';
  return typeof data === 'object' ? 'a mapping' : 'a text';
}

/** Reads one mapping of the list and tells every fault in it. */
class ItemReader {
  readonly #item: Record<string, unknown>;
  readonly #place: string;
  readonly #reader: InputReader;

  constructor(item: Record<string, unknown>, place: string, reader: InputReader) {
    this.#item = item;
    this.#place = place;
    this.#reader = reader;
  }

  read(): ImageItem {
    for (const key of Object.keys(this.#item)) if (!KEYS.some((each) => each === key)) this.unknown(key);
    const writtenName = this.text('name') ?? '';
    if (writtenName === '' && !this.has('name')) this.fault('name', 'has no name');
    return {
      place: this.#place,
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
    };
  }

  private has(key: Key): boolean {
    const value = this.#item[key];
    return value !== undefined && value !== null && value !== '';
  }

  private name(written: string): ImageName | undefined {
    const parsed = parseImageName(written);
    if ('value' in parsed) return parsed.value;
    this.fault('name', `has an unusable name: it ${parsed.problem}`, written);
    return undefined;
  }

  private text(key: Key): string | undefined {
    const value = this.#item[key];
    if (!this.has(key)) return undefined;
    if (typeof value === 'string') return value;
    this.fault(key, `has ${kindOf(value)} as ${key}, not a string`);
    return undefined;
  }

  private structured<T>(key: Key, parse: (data: unknown) => Parsed<T>): T | undefined {
    if (!this.has(key)) return undefined;
    const parsed = parse(this.#item[key]);
    if ('value' in parsed) return parsed.value;
    this.fault(key, `has unusable ${key}: it ${parsed.problem}`);
    return undefined;
  }

  private unknown(key: string): void {
    const near = nearestKey(key);
    const hint = near === undefined ? `known are ${KEYS.join(', ')}` : `is ${near} meant?`;
    this.fault(near ?? 'context', `has the unknown key ${JSON.stringify(key.slice(0, 40))}; ${hint}`);
  }

  private fault(key: Key, problem: string, value?: string): void {
    const fault = { input: this.#place, problem, example: EXAMPLES[key] };
    this.#reader.addProblem(value === undefined ? fault : { ...fault, value });
  }
}

/** The known key that an unknown one is a misspelling or another spelling of. */
function nearestKey(key: string): Key | undefined {
  const plain = key
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .slice(0, 40);
  const other: Record<string, Key> = {
    dockerfile: 'file',
    image: 'name',
    repository: 'name',
    path: 'context',
    args: 'build-args',
  };
  if (Object.hasOwn(other, plain)) return other[plain];
  return KEYS.find((each) => editDistance(plain, each.replace('-', '')) <= (plain.length < 6 ? 1 : 2));
}

/** A list of `id=env:NAME`, or a mapping of ids to `env:NAME`. */
function parseSecrets(data: unknown): Parsed<BuildSecret[]> {
  const secrets: BuildSecret[] = [];
  for (const text of secretTexts(data)) {
    const parsed = parseSecret(text);
    if ('problem' in parsed) return { problem: `has ${JSON.stringify(text)}, which ${parsed.problem}` };
    secrets.push(parsed.value);
  }
  return { value: secrets };
}

function secretTexts(data: unknown): string[] {
  if (Array.isArray(data)) return data.map(String);
  if (typeof data === 'object' && data !== null) return Object.entries(data).map(([id, from]) => `${id}=${from}`);
  return String(data)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
