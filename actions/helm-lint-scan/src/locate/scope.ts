import type { Path } from '../data.ts';

/**
 * What a name in a template stands for, as far as it can be told without running it.
 * A `*` in a path of values is any item that a `range` goes over.
 */
export type Meaning =
  | { is: 'root' }
  | { is: 'values'; path: Path }
  | { is: 'dict'; fields: ReadonlyMap<string, Meaning> }
  | { is: 'unknown' };

export const UNKNOWN: Meaning = { is: 'unknown' };

/** Steps of a path that are followed: blocks within blocks would make a longer one at every line. */
const LONGEST_PATH = 100;

/** The value at a path. */
export const valuesAt = (path: Path): Meaning => (path.length > LONGEST_PATH ? UNKNOWN : { is: 'values', path });

/** What `.` and the variables mean at a line. */
export interface Names {
  dot: Meaning;
  /** @param name with its `$` */
  variable(name: string): Meaning | undefined;
}

/** Where a template begins, `.` and `$` are the same. */
export const startingAt = (dot: Meaning): Names => ({ dot, variable: (name) => (name === '$' ? dot : undefined) });

export const ROOT: Names = startingAt({ is: 'root' });

/** The meaning of an expression: `.Values.web.image`, `$web.image`, `(dict "web" .Values.web)`, `.Values.x | default 1`. */
export function meaningOf(expression: string, names: Names): Meaning {
  return firstTerm(tokens(expression), names);
}

/** Parentheses within parentheses that are followed: each level is read on its own. */
const DEEPEST = 50;

/** Words of an expression; what stands in parentheses is one. None when it is nested too deeply. */
function tokens(expression: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let word = '';
  let quoted = false;
  for (const letter of expression) {
    if (letter === '"') quoted = !quoted;
    if (!quoted && letter === '(' && ++depth > DEEPEST) return [];
    if (!quoted && letter === ')') depth--;
    if (quoted || depth > 0 || !/[\s|]/.test(letter)) {
      word += letter;
      continue;
    }
    if (word !== '') found.push(word);
    if (letter === '|') found.push('|');
    word = '';
  }
  return word === '' ? found : [...found, word];
}

/** Functions that hand on what they are given. */
const HANDS_ON = new Set([
  'toYaml',
  'tpl',
  'quote',
  'squote',
  'int',
  'int64',
  'toString',
  'trim',
  'required',
  'default',
  'coalesce',
  'mustToYaml',
  'deepCopy',
  'first',
  'toJson',
  'fromYaml',
  'merge',
  'mustMerge',
]);

function firstTerm(words: readonly string[], names: Names): Meaning {
  const [head, ...rest] = words;
  if (head === undefined) return UNKNOWN;
  if (head === 'dict') return dict(rest, names);
  if (head === 'index') return indexed(rest, names);
  if (HANDS_ON.has(head)) {
    for (const word of rest) {
      const meaning = term(word, names);
      if (meaning.is !== 'unknown') return meaning;
    }
    return UNKNOWN;
  }
  return term(head, names);
}

function dict(words: readonly string[], names: Names): Meaning {
  const fields = new Map<string, Meaning>();
  for (let index = 0; index + 1 < words.length && words[index] !== '|'; index += 2)
    fields.set((words[index] ?? '').replaceAll('"', ''), term(words[index + 1] ?? '', names));
  return { is: 'dict', fields };
}

/** `index .Values "web"`; a name that only the run knows may be any. */
function indexed([of = '', ...keys]: readonly string[], names: Names): Meaning {
  const pipe = keys.indexOf('|');
  return (pipe < 0 ? keys : keys.slice(0, pipe)).reduce(
    (meaning, key) => field(meaning, /^"(.+)"$/.exec(key)?.[1] ?? '*'),
    term(of, names),
  );
}

function term(word: string, names: Names): Meaning {
  // `.a.b`, `$x.a.b`, `(EXPRESSION).a.b`
  const [, head, tail] = /^(\$\w*|\(.*\))?((?:\.\w+)*|\.)$/.exec(word) ?? [];
  if (tail === undefined || word === '') return UNKNOWN;
  const steps = tail.split('.').filter((step) => step !== '');
  const meaning = start(head, names);
  return meaning.is === 'values' ? valuesAt([...meaning.path, ...steps]) : steps.reduce(field, meaning);
}

function start(head: string | undefined, names: Names): Meaning {
  if (head === undefined) return names.dot;
  return head.startsWith('(') ? meaningOf(head.slice(1, -1), names) : (names.variable(head) ?? UNKNOWN);
}

function field(meaning: Meaning, step: string): Meaning {
  switch (meaning.is) {
    case 'root':
      return step === 'Values' ? { is: 'values', path: [] } : UNKNOWN;
    case 'values':
      return valuesAt([...meaning.path, step]);
    case 'dict':
      return meaning.fields.get(step) ?? UNKNOWN;
    case 'unknown':
      return UNKNOWN;
  }
}
