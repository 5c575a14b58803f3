/** Writes the tables of values into each chart's README, between its markers, from the comments in values.yaml. */
import { glob, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMap, isNode, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';
import { replaceSection } from './action-docs.ts';
import type { GeneratedFile } from './generated-file.ts';

const CHARTS = 'helm/*/Chart.yaml';
const LONGEST_DEFAULT = 80;

/** A value, or a group of values that are described one by one. */
interface Described {
  /** Dotted: `web.image.tag`. */
  path: string;
  /** The comment above the key, as one line. */
  meaning: string;
  /** What it is when nobody sets it; undefined for a group, and for what each owner or release sets anew. */
  fallback: unknown;
}

/**
 * Every value of a values file, in order. A map whose keys have comments is a group and its keys follow; any other
 * commented key is one value, also when it is a whole block (a probe, say).
 * @throws naming each value that neither has a comment nor is part of a block with one
 */
export function describeValues(source: string): Described[] {
  const document = parseDocument(source);
  const [fault] = document.errors;
  if (fault !== undefined) throw fault;
  if (!isMap(document.contents)) throw new Error('is not a map of values');
  const values = describeMap(document.contents, '');
  const silent = values.filter(({ meaning }) => meaning === '').map(({ path }) => path);
  if (silent.length > 0) throw new Error(`has no comment on ${silent.join(', ')}`);
  return values;
}

function describeMap(map: YAMLMap, prefix: string): Described[] {
  return map.items.flatMap((pair, index) => {
    const path = `${prefix}${String(isScalar(pair.key) ? pair.key.value : pair.key)}`;
    const meaning = comment(map, pair, index).trim().replaceAll(/\s+/g, ' ');
    if (isMap(pair.value) && isGroup(pair.value)) {
      return [{ path, meaning, fallback: undefined }, ...describeMap(pair.value, `${path}.`)];
    }
    if (isSetAnew(map, path)) return [{ path, meaning, fallback: undefined }];
    return [{ path, meaning, fallback: isNode(pair.value) ? pair.value.toJSON() : null }];
  });
}

/** An image's registry is each owner's, its tag and digest change with every release; the document must not follow. */
function isSetAnew(map: YAMLMap, path: string): boolean {
  return map.has('repository') && /\.(registry|tag|digest)$/.test(path);
}

function isGroup(map: YAMLMap): boolean {
  return map.items.some((pair, index) => comment(map, pair, index) !== '');
}

/** The parser gives the comment above a map's first key to the map, unless the map is the whole document. */
function comment(map: YAMLMap, pair: Pair, index: number): string {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  return own ?? (index === 0 ? map.commentBefore : undefined) ?? '';
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

function table(values: readonly Described[]): string {
  const rows = values.map(({ path, fallback, meaning }) => `| \`${path}\` | ${shown(fallback)} | ${cell(meaning)} |`);
  return ['| value | default | meaning |', '| --- | --- | --- |', ...rows].join('\n').replaceAll('|  |', '| |');
}

function shown(fallback: unknown): string {
  if (fallback === undefined) return '';
  const text = stringify(fallback, { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return text.length > LONGEST_DEFAULT ? 'see [values.yaml](values.yaml)' : `\`${cell(text)}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** @param root the repository's root */
export async function chartDocs(root = join(import.meta.dirname, '..')): Promise<GeneratedFile[]> {
  const charts: string[] = [];
  for await (const file of glob(CHARTS, { cwd: root })) charts.push(dirname(file).replaceAll('\\', '/'));
  return Promise.all(charts.sort().map((chart) => chartReadme(root, chart)));
}

async function chartReadme(root: string, chart: string): Promise<GeneratedFile> {
  const path = `${chart}/README.md`;
  const source = await readFile(join(root, chart, 'values.yaml'), 'utf8');
  const current = await readFile(join(root, path), 'utf8');
  try {
    return { path, content: replaceSection(current, 'values', `\n${valuesTables(source)}\n`) };
  } catch (error) {
    throw new Error(`${chart}: ${(error as Error).message}`, { cause: error });
  }
}
