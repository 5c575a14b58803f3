/** The tables of values in each chart's README, from the comments in values.yaml. */
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMap, isNode, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';
import { codeCell, markdownCell, markdownTable, type Section } from './markdown.ts';

const CHARTS = 'helm/*/Chart.yaml';
const MAX_DEFAULT_LENGTH = 80;

/** A value, or a group of values with a description each. */
interface DocumentedValue {
  /** Dotted: `web.image.tag`. */
  path: string;
  /** The comment above the key, as one line. */
  meaning: string;
  /** The default; undefined for a group, and for a value that each user or release sets. */
  fallback: unknown;
}

/**
 * Every value of a values file, in order. A map whose keys have comments is a group, followed by its keys. Any other
 * commented key is one value, even when it is a whole block such as a probe.
 * @throws naming each value that has no comment and is not part of a block with one
 */
export function describeValues(source: string): DocumentedValue[] {
  const document = parseDocument(source);
  const [problem] = document.errors;
  if (problem !== undefined) throw problem;
  if (!isMap(document.contents)) throw new Error('is not a map of values');
  const values = describeMap(document.contents, '');
  const undocumented = values.filter(({ meaning }) => meaning === '').map(({ path }) => path);
  if (undocumented.length > 0) throw new Error(`has no comment on ${undocumented.join(', ')}`);
  return values;
}

function describeMap(map: YAMLMap, prefix: string): DocumentedValue[] {
  return map.items.flatMap((pair, index) => {
    const path = `${prefix}${String(isScalar(pair.key) ? pair.key.value : pair.key)}`;
    const meaning = comment(map, pair, index).trim().replaceAll(/\s+/g, ' ');
    if (isMap(pair.value) && isGroup(pair.value)) {
      return [{ path, meaning, fallback: undefined }, ...describeMap(pair.value, `${path}.`)];
    }
    if (isSetByUsers(map, path)) return [{ path, meaning, fallback: undefined }];
    return [{ path, meaning, fallback: isNode(pair.value) ? pair.value.toJSON() : null }];
  });
}

/** Each user sets an image's registry, and each release its tag and digest: the README must not change with them. */
function isSetByUsers(map: YAMLMap, path: string): boolean {
  return map.has('repository') && /\.(registry|tag|digest)$/.test(path);
}

function isGroup(map: YAMLMap): boolean {
  return map.items.some((pair, index) => comment(map, pair, index) !== '');
}

/** The parser gives the comment above a map's first key to the map, unless the map is the whole document. */
function comment(map: YAMLMap, pair: Pair, index: number): string {
  const keyComment = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  return keyComment ?? (index === 0 ? map.commentBefore : undefined) ?? '';
}

/** One table for the values at the root, and one for each group of them under its name. */
export function valuesTables(source: string): string {
  const values = describeValues(source);
  const groups = values.filter(({ path, fallback }) => fallback === undefined && !path.includes('.'));
  const inGroup = (path: string): boolean =>
    groups.some((group) => path === group.path || path.startsWith(`${group.path}.`));
  const root = values.filter(({ path }) => !inGroup(path));
  return [
    table(root),
    ...groups.flatMap(({ path, meaning }) => [
      `### ${path}`,
      meaning,
      table(values.filter((value) => value.path.startsWith(`${path}.`))),
    ]),
  ].join('\n\n');
}

function table(values: readonly DocumentedValue[]): string {
  return markdownTable(
    ['value', 'default', 'meaning'],
    values.map(({ path, fallback, meaning }) => [codeCell(path), defaultCell(fallback), markdownCell(meaning)]),
  );
}

function defaultCell(fallback: unknown): string {
  if (fallback === undefined) return '';
  const yaml = stringify(fallback, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return yaml.length > MAX_DEFAULT_LENGTH ? 'see [values.yaml](values.yaml)' : codeCell(yaml);
}

/** @param root the repository's root */
export async function chartDocs(root: string): Promise<Section[]> {
  const charts: string[] = [];
  for await (const file of glob(CHARTS, { cwd: root })) charts.push(dirname(file).replaceAll('\\', '/'));
  return Promise.all(
    charts.sort().map(async (chart) => {
      const source = await readFile(join(root, chart, 'values.yaml'), 'utf8');
      return { path: `${chart}/README.md`, name: 'values', content: `\n${valuesTables(source)}\n` };
    }),
  );
}
