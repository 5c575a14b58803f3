import type { Path } from '../data.ts';
import { withoutComments } from '../locate/actions.ts';

/** The values that templates may read, by key. */
export interface ReadValues {
  /** Whether the whole value is read, with everything below. */
  whole: boolean;
  below: Map<string, ReadValues>;
}

const nothingRead = (): ReadValues => ({ whole: false, below: new Map() });

function addPath(read: ReadValues, path: Path): void {
  let here = read;
  for (const step of path) {
    const next = here.below.get(String(step)) ?? nothingRead();
    here.below.set(String(step), next);
    here = next;
  }
  here.whole = true;
}

/**
 * The values that texts with actions may read. What is passed on, such as `.Values.web` in `with .Values.web`, counts as read with
 * everything below it, so a value that is not found here is read by none of the texts.
 * @param paths that are read by something else
 */
export function findReadValues(texts: Iterable<string>, paths: readonly Path[]): ReadValues {
  const read = nothingRead();
  for (const path of paths) addPath(read, path);
  for (const text of texts) {
    const plain = withoutComments(text);
    if (passesEverything(plain)) read.whole = true;
    for (const path of pathsIn(plain)) addPath(read, path);
  }
  return read;
}

/** Whether the values may be read under another name: `get . "Values"`, `toYaml $`. */
const passesEverything = (text: string): boolean =>
  /["`]Values["`]/.test(text) ||
  /\bto\w*(?:Yaml|Json|Toml)\s+\$(?![\w.])|\$\s*\|\s*to\w*(?:Yaml|Json|Toml)\b/.test(text);

/** The values that a text that is not a template mentions, such as the comments of values.yaml. */
export const mentionedValues = (text: string): Path[] => pathsIn(text).filter((path) => path.length > 0);

const VALUES = '.Values';
/** As in `.Values.web.image`. Go allows letters of any language. */
const FIELDS = /(?:\.[\p{L}\p{N}_]+)*/uy;
/** Keys as strings, as in `index .Values "web" "image"`. */
const STRINGS = /(?:\s+"[^"\\\n]*")*/y;
const CALL = /\b(index|get|hasKey|set|unset)\s+\$?[\p{L}\p{N}_.]*$/u;
/** Enough for a call with a long name of a variable. */
const CALL_LENGTH = 100;
/** What Helm's type for values can do by itself: https://pkg.go.dev/helm.sh/helm/v4/pkg/chart/common#Values */
const METHODS = new Set(['AsMap', 'Table', 'PathValue', 'YAML', 'Encode']);

/** The values paths in a text, wherever they stand. */
function pathsIn(text: string): Path[] {
  const found: Path[] = [];
  for (let at = text.indexOf(VALUES); at >= 0; at = text.indexOf(VALUES, at + VALUES.length)) {
    const end = at + VALUES.length;
    if (/^[\p{L}\p{N}_]/u.test(text.slice(end, end + 2))) continue;
    const fields = matchAt(FIELDS, text, end);
    const steps = fields.split('.').slice(1);
    const method = steps.findIndex((step) => METHODS.has(step));
    const call = CALL.exec(text.slice(Math.max(0, at - CALL_LENGTH), at))?.[1];
    const strings = call === undefined ? [] : [...matchAt(STRINGS, text, end + fields.length).matchAll(/"([^"]*)"/g)];
    const keys = strings.map(([, key = '']) => key).slice(0, call === 'index' ? undefined : 1);
    found.push(method < 0 ? [...steps, ...keys] : steps.slice(0, method));
  }
  return found;
}

function matchAt(pattern: RegExp, text: string, from: number): string {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0] ?? '';
}
