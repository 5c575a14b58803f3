import type { Path } from '../data.ts';

/**
 * The source of the value of an expression in a template, as far as it can be determined without rendering.
 * A `*` in a values path stands for any item that a `range` iterates over.
 */
export type ValueSource =
  | { is: 'root' }
  | { is: 'values'; path: Path }
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

function resolveCall(words: readonly string[], scope: TemplateScope): ValueSource {
  const [head, ...rest] = words;
  if (head === undefined) return UNKNOWN;
  if (head === 'dict') return resolveDict(rest, scope);
  if (head === 'index') return resolveIndex(rest, scope);
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
  for (let index = 0; index + 1 < words.length && words[index] !== '|'; index += 2)
    fields.set((words[index] ?? '').replaceAll('"', ''), resolveTerm(words[index + 1] ?? '', scope));
  return { is: 'dict', fields };
}

/** `index .Values "web"`. A key that is known only when rendering may be any. */
function resolveIndex([of = '', ...keys]: readonly string[], scope: TemplateScope): ValueSource {
  const pipe = keys.indexOf('|');
  return (pipe < 0 ? keys : keys.slice(0, pipe)).reduce(
    (source, key) => selectField(source, /^"(.+)"$/.exec(key)?.[1] ?? '*'),
    resolveTerm(of, scope),
  );
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

function selectField(source: ValueSource, step: string): ValueSource {
  switch (source.is) {
    case 'root':
      return step === 'Values' ? { is: 'values', path: [] } : UNKNOWN;
    case 'values':
      return valuesSource([...source.path, step]);
    case 'dict':
      return source.fields.get(step) ?? UNKNOWN;
    case 'unknown':
      return UNKNOWN;
  }
}
