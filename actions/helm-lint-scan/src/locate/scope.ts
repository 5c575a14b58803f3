import type { Path } from '../data.ts';

/**
 * The source of the value of an expression in a template, as far as it can be determined without rendering.
 * A `*` in a values path stands for any item that a `range` iterates over.
 */
export type ValueSource =
  | { is: 'root' }
  | { is: 'values'; path: Path }
  /** The key of the item of a `range` at the path, which ends with `*`. */
  | { is: 'key'; path: Path }
  /** An item of a `range` over a list that is not in the values, such as `list "web" "api"`. */
  | { is: 'text'; id: string }
  /** The first of them that is not empty. */
  | { is: 'first'; of: readonly ValueSource[] }
  /** Some of them, merged. */
  | { is: 'merged'; of: readonly ValueSource[] }
  | { is: 'dict'; fields: ReadonlyMap<string, ValueSource> }
  | { is: 'unknown' };

export const UNKNOWN: ValueSource = { is: 'unknown' };

/** The maximum length of a path: nested blocks could otherwise make it longer at every line. */
const MAX_PATH_LENGTH = 100;

/** The value at a values path. */
export const valuesSource = (path: Path): ValueSource =>
  path.length > MAX_PATH_LENGTH ? UNKNOWN : { is: 'values', path };

/** What `.` and the variables refer to at a line. */
export interface TemplateScope {
  dot: ValueSource;
  /** @param name including the `$` */
  variable(name: string): ValueSource | undefined;
}

/** The scope at the start of a template, where `.` and `$` are the same. */
export const createScope = (dot: ValueSource): TemplateScope => ({
  dot,
  variable: (name) => (name === '$' ? dot : undefined),
});

export const ROOT_SCOPE: TemplateScope = createScope({ is: 'root' });

/** The source of an expression: `.Values.web.image`, `$web.image`, `(dict "web" .Values.web)`, `.Values.x | default 1`. */
export function resolveExpression(expression: string, scope: TemplateScope): ValueSource {
  return resolveCall(tokenize(expression), scope);
}

/** The maximum depth of parentheses: each level is parsed separately. */
const MAX_NESTING = 50;

/** The words of an expression. Parentheses are one word. Empty when nested too deeply. */
function tokenize(expression: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let word = '';
  let quoted = false;
  for (const character of expression) {
    if (character === '"') quoted = !quoted;
    if (!quoted && character === '(' && ++depth > MAX_NESTING) return [];
    if (!quoted && character === ')') depth--;
    if (quoted || depth > 0 || !/[\s|]/.test(character)) {
      word += character;
      continue;
    }
    if (word !== '') found.push(word);
    if (character === '|') found.push('|');
    word = '';
  }
  return word === '' ? found : [...found, word];
}

/** Functions that return one of their arguments, possibly converted. */
const PASS_THROUGH = new Set([
  'toYaml',
  'tpl',
  'quote',
  'squote',
  'int',
  'int64',
  'toString',
  'trim',
  'mustToYaml',
  'deepCopy',
  'toJson',
  'fromYaml',
]);

const MERGES = new Set(['merge', 'mustMerge', 'mergeOverwrite', 'mustMergeOverwrite']);

/** Functions that return what they get through a pipe, possibly converted. */
const PIPED = new Set([...PASS_THROUGH, 'nindent', 'indent', 'required', 'trimSuffix', 'trimPrefix', 'trunc']);

/** Functions that leave out some keys of a mapping, which is their first argument. */
const SELECTS = new Set(['omit', 'pick']);

/** A pipeline: each part gets the result of the part before it. */
function resolveCall(words: readonly string[], scope: TemplateScope): ValueSource {
  const pipe = words.indexOf('|');
  let source = resolveFunction(pipe < 0 ? words : words.slice(0, pipe), scope);
  for (let at = pipe; at >= 0 && at < words.length; ) {
    const next = words.indexOf('|', at + 1);
    const [name = '', ...given] = words.slice(at + 1, next < 0 ? words.length : next);
    if (name === 'default' || name === 'coalesce')
      source = combine('first', [source, ...given.map((word) => resolveTerm(word, scope))]);
    else if (!PIPED.has(name)) return UNKNOWN;
    at = next;
  }
  return source;
}

/** The maximum number of sources of one expression. */
const MAX_SOURCES = 20;

function combine(is: 'first' | 'merged', sources: readonly ValueSource[]): ValueSource {
  const of = sources.flatMap((source) => (source.is === is ? source.of : [source]));
  if (
    of.every((source) => source.is === 'unknown') ||
    of.reduce((sum, source) => sum + countParts(source), 0) > MAX_SOURCES
  )
    return UNKNOWN;
  return { is, of };
}

const countParts = (source: ValueSource): number =>
  source.is === 'first' || source.is === 'merged' ? source.of.reduce((sum, part) => sum + countParts(part), 0) : 1;

function resolveFunction(words: readonly string[], scope: TemplateScope): ValueSource {
  const [head, ...rest] = words;
  if (head === undefined) return UNKNOWN;
  // `default 1 .Values.x`: the last argument has precedence.
  if (head === 'default')
    return combine(
      'first',
      [...rest].reverse().map((word) => resolveTerm(word, scope)),
    );
  if (head === 'coalesce' || head === 'or')
    return combine(
      'first',
      rest.map((word) => resolveTerm(word, scope)),
    );
  if (head === 'required') return resolveTerm(rest[1] ?? '', scope);
  if (MERGES.has(head))
    return combine(
      'merged',
      rest.map((word) => resolveTerm(word, scope)),
    );
  if (SELECTS.has(head)) return resolveTerm(rest[0] ?? '', scope);
  if (head === 'dict') return resolveDict(rest, scope);
  if (head === 'index' || head === 'get') return resolveIndex(rest, scope);
  if (head === 'first') return selectField(resolveTerm(rest[0] ?? '', scope), 0);
  if (PASS_THROUGH.has(head)) {
    for (const word of rest) {
      const source = resolveTerm(word, scope);
      if (source.is !== 'unknown') return source;
    }
    return UNKNOWN;
  }
  return resolveTerm(head, scope);
}

function resolveDict(words: readonly string[], scope: TemplateScope): ValueSource {
  const fields = new Map<string, ValueSource>();
  for (let index = 0; index + 1 < words.length; index += 2)
    fields.set((words[index] ?? '').replaceAll('"', ''), resolveTerm(words[index + 1] ?? '', scope));
  return { is: 'dict', fields };
}

/** `index .Values "web"`. A key that is known only when rendering may be any. */
function resolveIndex([of = '', ...keys]: readonly string[], scope: TemplateScope): ValueSource {
  return keys.reduce<ValueSource>((source, key) => selectField(source, resolveKey(key, scope)), resolveTerm(of, scope));
}

function resolveKey(word: string, scope: TemplateScope): string | number {
  const quoted = /^"(.+)"$/.exec(word)?.[1];
  if (quoted !== undefined) return quoted;
  if (/^\d+$/.test(word)) return Number(word);
  const source = resolveTerm(word, scope);
  return source.is === 'text' ? `${ITEM}:${source.id}` : ITEM;
}

/** The step of a path that stands for any item. With an id after it, it is the item that the text with the id names. */
const ITEM = '*';

export const isItemStep = (step: string | number | undefined): boolean =>
  step === ITEM || (typeof step === 'string' && step.startsWith(`${ITEM}:`));

export const hasItemStep = (path: Path): boolean => path.some(isItemStep);

/** The path of a source that depends on the item of a `range`; `isKey` if it is the key of the item. */
export function itemPath(source: ValueSource): { path: Path; isKey: boolean } | undefined {
  if (source.is === 'text') return { path: [`${ITEM}:${source.id}`], isKey: true };
  if (source.is !== 'values' && source.is !== 'key') return undefined;
  return hasItemStep(source.path) ? { path: source.path, isKey: source.is === 'key' } : undefined;
}

function resolveTerm(word: string, scope: TemplateScope): ValueSource {
  // `.a.b`, `$x.a.b`, `(EXPRESSION).a.b`
  const [, head, tail] = /^(\$\w*|\(.*\))?((?:\.\w+)*|\.)$/.exec(word) ?? [];
  if (tail === undefined || word === '') return UNKNOWN;
  const steps = tail.split('.').filter((step) => step !== '');
  const source = resolveHead(head, scope);
  return source.is === 'values' ? valuesSource([...source.path, ...steps]) : steps.reduce(selectField, source);
}

function resolveHead(head: string | undefined, scope: TemplateScope): ValueSource {
  if (head === undefined) return scope.dot;
  return head.startsWith('(') ? resolveExpression(head.slice(1, -1), scope) : (scope.variable(head) ?? UNKNOWN);
}

function selectField(source: ValueSource, step: string | number): ValueSource {
  switch (source.is) {
    case 'root':
      return step === 'Values' ? { is: 'values', path: [] } : UNKNOWN;
    case 'values':
      return valuesSource([...source.path, step]);
    case 'dict':
      return source.fields.get(String(step)) ?? UNKNOWN;
    case 'first':
    case 'merged':
      return { is: source.is, of: source.of.map((part) => selectField(part, step)) };
    case 'key':
    case 'text':
    case 'unknown':
      return UNKNOWN;
  }
}
