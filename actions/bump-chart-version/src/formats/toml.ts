import { isDeepStrictEqual } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { closestNames } from '../../../lib/similar-names.ts';
import { interpretValue, keyOf } from '../yaml/interpret.ts';
import { type Assignment, indexIn, pathText, type Step } from '../yaml/path.ts';
import { valueIn } from '../yaml/scalar.ts';
import { lineOf, type TextFile, type Update, type Updater } from './updater.ts';

/** Sets one value of a TOML file: `pyproject.toml:project.version=1.4.2`. */
export const tomlUpdater: Updater = {
  name: 'TOML',
  handles: ({ file }) => /\.toml$/i.test(file),
  update: updateToml,
};

function updateToml(file: TextFile, assignment: Assignment): Update | { problem: string } {
  const { path, text } = file;
  const name = pathText(assignment.path);
  const data = parseToml(text);
  if ('problem' in data) return { problem: `${path} is not valid TOML: ${data.problem}` };
  const found = follow(data.value, assignment.path);
  if ('problem' in found) return { problem: `${path}: ${found.problem}` };
  const { keys, value: old } = found;
  if (!isScalar(old))
    return { problem: `${path}: ${name} is a ${Array.isArray(old) ? 'list' : 'table'}, not a single value` };
  const scalar = interpretValue(assignment.value, assignment.quoted, { old, key: keyOf(assignment.path) });
  const value = valueIn(scalar, '1.2');
  if (value === null) return { problem: `${path}: ${name} cannot be null, which TOML does not have` };
  if (Object.is(old, value)) return { text, values: [] };
  const expected = withValue(data.value, keys, value);
  for (const { start, source } of tokensOf(text, old)) {
    const now = `${text.slice(0, start)}${render(value, source)}${text.slice(start + source.length)}`;
    const read = parseToml(now);
    if ('problem' in read || !isDeepStrictEqual(read.value, expected)) continue;
    const line = lineOf(text, start);
    const warnings =
      typeof old === typeof value
        ? []
        : [
            `${path}:${line}: ${name} was the ${typeof old} ${String(old)} and becomes the ${typeof value} ${JSON.stringify(value)}`,
          ];
    return { text: now, values: [{ line, path: name, old: String(old), now: String(value) }], warnings };
  }
  return { problem: `${path}: ${name} is not a value on one line, which is all that can be changed in TOML` };
}

function parseToml(text: string): { value: unknown } | { problem: string } {
  try {
    return { value: parse(text.replace(/^\ufeff/, ''), { integersAsBigInt: 'asNeeded' }) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    return { problem: `line ${error.line}: ${error.message.split('\n')[0]?.replace(/^Invalid TOML document: /, '')}` };
  }
}

type Scalar = string | number | bigint | boolean | Date;

const isScalar = (value: unknown): value is Scalar => typeof value !== 'object' || value instanceof Date;

/** The keys and indexes that a path leads along, and the value there. */
function follow(
  data: unknown,
  path: readonly Step[],
): { keys: (string | number)[]; value: unknown } | { problem: string } {
  const keys: (string | number)[] = [];
  let value = data;
  for (const [index, step] of path.entries()) {
    const location = pathText(path.slice(0, index)) || 'the file';
    const key = keyAt(value, step, location);
    if (typeof key === 'object') return key;
    keys.push(key);
    value = (value as Record<string | number, unknown>)[key];
  }
  return { keys, value };
}

/** The key or index that a step leads to. */
function keyAt(value: unknown, step: Step, location: string): string | number | { problem: string } {
  if (step.kind === 'embedded') return { problem: `${location}: no document can be embedded in TOML` };
  if (step.kind === 'key') {
    const keys =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
        ? Object.keys(value)
        : [];
    if (keys.includes(step.key)) return step.key;
    const nearest = keys.length === 0 ? '' : `; nearest: ${closestNames(step.key, keys).join(', ')}`;
    return { problem: `${location} has no key ${JSON.stringify(step.key)}${nearest}; no key is added to TOML` };
  }
  if (!Array.isArray(value)) return { problem: `${location} is not a list` };
  const items = value as readonly unknown[];
  const matches = items.flatMap((item, index) =>
    (step.kind === 'index' ? index === indexIn(items, step.index) : isItem(item, step)) ? [index] : [],
  );
  const [match, second] = matches;
  if (match === undefined) return { problem: `${location} has no item ${pathText([step])}; it has ${items.length}` };
  return second === undefined
    ? match
    : { problem: `${location} has ${matches.length} items ${pathText([step])}; it must be unique` };
}

function isItem(item: unknown, step: { key: string; value: string }): boolean {
  const value =
    typeof item === 'object' && item !== null && Object.hasOwn(item, step.key)
      ? (item as Record<string, unknown>)[step.key]
      : undefined;
  return value !== undefined && isScalar(value) && String(value) === step.value;
}

/** A copy of the data with one value set. */
function withValue(data: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (key === undefined) return value;
  const inner = withValue((data as Record<string | number, unknown>)[key], rest, value);
  if (Array.isArray(data)) return data.with(Number(key), inner);
  const copy = Object.assign(Object.create(Object.getPrototypeOf(data) as object | null) as object, data);
  return Object.defineProperty(copy, key, { value: inner, enumerable: true, configurable: true, writable: true });
}

/** Strings on one line, and what can be a number, a boolean or a date. Which of them is the value, the parser decides. */
const TOKENS = /"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,[\]{}#="']+/g;

/** The tokens of the text that have a value. */
function* tokensOf(text: string, value: Scalar): Generator<{ start: number; source: string }> {
  for (const { index, 0: source } of text.matchAll(TOKENS)) {
    const token = parseToml(`x = ${source}`);
    if ('value' in token && isDeepStrictEqual((token.value as { x: unknown }).x, value)) yield { start: index, source };
  }
}

/** The value in TOML, in the old quotes if they can contain it. */
function render(value: unknown, old: string): string {
  if (typeof value !== 'string') return String(value);
  const isLiteral = old.startsWith("'") && !/['\p{Cc}]/u.test(value);
  return isLiteral ? `'${value}'` : JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}
