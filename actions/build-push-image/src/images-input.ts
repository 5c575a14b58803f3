import type { ImageName } from '../../lib/identifiers.ts';
import { parseImageName } from '../../lib/identifiers.ts';
import type { InputReader, Parsed } from '../../lib/inputs.ts';
import { type KeyValues, parseKeyValues } from './key-values.ts';
import { parsePlatforms } from './platforms.ts';
import { type BuildSecret, parseSecret, SECRET_EXAMPLE } from './secrets.ts';

/** One image as the `images` input names it, before what holds for all images is added. */
export interface ImageItem {
  name: ImageName;
  /** As written; it was lower-cased for `name`. */
  writtenName: string;
  /** A folder, relative to the workspace. */
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

const KEYS = [
  'name',
  'context',
  'file',
  'target',
  'platforms',
  'build-args',
  'labels',
  'annotations',
  'secrets',
] as const;

/** The items of the `images` input; each fault is told to the reader by the item's place. */
export async function readImages(reader: InputReader): Promise<ImageItem[]> {
  if (reader.required('images', IMAGES_EXAMPLE) === '') return [];
  const list = await reader.yaml('images', parseList, IMAGES_EXAMPLE);
  const items = (list ?? []).map((item, index) =>
    new ItemReader(item, (problem, value, example) =>
      reader.fault({
        input: `images (item ${index + 1})`,
        problem,
        example: example ?? '{ name: shop/web, context: app/web }',
        ...(value === undefined ? {} : { value }),
      }),
    ).read(),
  );
  const names = items.flatMap(({ name }) => (name === '' ? [] : [name]));
  for (const name of new Set(names.filter((each, index) => names.indexOf(each) !== index)))
    reader.fault({ input: 'images', value: name, problem: 'has two images of the same name', example: IMAGES_EXAMPLE });
  return items;
}

function parseList(data: unknown): Parsed<Record<string, unknown>[]> {
  const list = Array.isArray(data) ? data : [data];
  if (list.length === 0) return { problem: 'is an empty list' };
  const odd = list.findIndex((item) => typeof item !== 'object' || item === null || Array.isArray(item));
  return odd < 0 ? { value: list } : { problem: `has no mapping as item ${odd + 1}` };
}

type Fault = (problem: string, value?: string, example?: string) => void;

/** Reads one mapping of the list and tells every fault in it. */
class ItemReader {
  readonly #item: Record<string, unknown>;
  readonly #fault: Fault;

  constructor(item: Record<string, unknown>, fault: Fault) {
    this.#item = item;
    this.#fault = fault;
  }

  read(): ImageItem {
    for (const key of Object.keys(this.#item))
      if (!KEYS.some((each) => each === key)) this.#fault(`has the unknown key "${key}"; known are ${KEYS.join(', ')}`);
    const writtenName = this.text('name') ?? '';
    if (writtenName === '') this.#fault('has no name');
    const name = writtenName === '' ? undefined : this.take(writtenName, parseImageName(writtenName), 'shop/web');
    return {
      name: name ?? ('' as ImageName),
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

  private text(key: (typeof KEYS)[number]): string | undefined {
    const value = this.#item[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    this.#fault(`has something else than a text as ${key}`);
    return undefined;
  }

  private structured<T>(key: (typeof KEYS)[number], parse: (data: unknown) => Parsed<T>): T | undefined {
    const value = this.#item[key];
    if (value === undefined || value === null || value === '') return undefined;
    const parsed = parse(value);
    if ('value' in parsed) return parsed.value;
    this.#fault(`has unusable ${key}: it ${parsed.problem}`);
    return undefined;
  }

  private take<T>(value: string, parsed: Parsed<T>, example: string): T | undefined {
    if ('value' in parsed) return parsed.value;
    this.#fault(parsed.problem, value, example);
    return undefined;
  }
}

/** A list of `id=env:NAME`, or a mapping of ids to `env:NAME`. */
function parseSecrets(data: unknown): Parsed<BuildSecret[]> {
  const secrets: BuildSecret[] = [];
  for (const text of secretTexts(data)) {
    const parsed = parseSecret(text);
    if ('problem' in parsed)
      return { problem: `has ${JSON.stringify(text)}, which ${parsed.problem} (${SECRET_EXAMPLE})` };
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
