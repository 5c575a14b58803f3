import { globProblem } from '../../../lib/files/globs.ts';
import { at, dataAt, listAt, numberAt, type Path, stringAt } from '../data.ts';
import { compileGlobs } from '../findings/globs.ts';
import { LEVELS, type Level } from '../rules/rule.ts';
import { type MatchGlobs, matchGlobs } from './match.ts';
import { parsePathPattern } from './object-paths.ts';
import { OWN_PREFIX, type OwnRule } from './own-rule.ts';
import { NAMED_EXPRESSIONS, type RulesDocument } from './rules-document.ts';
import type { Shape } from './shape.ts';

const GLOBS: Shape = { list: 'text' };

const ENTRY: Shape = {
  fields: {
    id: 'text',
    level: { choice: LEVELS },
    severity: 'number',
    title: 'text',
    help: 'text',
    match: { fields: { kinds: GLOBS, charts: GLOBS, namespaces: GLOBS } },
    each: { choice: ['container', 'pod'] },
    path: 'text',
    variables: NAMED_EXPRESSIONS,
    when: 'text',
    check: 'text',
    message: 'text',
    messageExpression: 'text',
  },
  required: ['id', 'check'],
};

const DOCUMENT: Shape = { fields: { rules: { list: ENTRY } }, required: ['rules'] };

const ONLY_IN_POLICIES =
  'which only a ValidatingAdmissionPolicy has; use object, self, resources, chart or kubeVersion';
const UNAVAILABLE = new Map(
  ['oldObject', 'request', 'params', 'authorizer', 'namespaceObject'].map((name) => [name, ONLY_IN_POLICIES]),
);

/** The rules of a document with the key `rules`. */
export async function readEntries(document: RulesDocument): Promise<OwnRule[]> {
  if (!document.has(DOCUMENT)) return [];
  const rules: OwnRule[] = [];
  for (const index of listAt(document.value, 'rules').keys())
    rules.push(...(await readEntry(document, ['rules', index])));
  return rules;
}

async function readEntry(document: RulesDocument, path: Path): Promise<OwnRule[]> {
  const entry = dataAt(document.value, ...path);
  const id = stringAt(entry, 'id') ?? '';
  const text = (key: string): string | undefined => stringAt(entry, key)?.trim() || undefined;
  if (!/^[a-z0-9](?:[-a-z0-9]{0,98}[a-z0-9])?$/.test(id))
    document.report([...path, 'id'], `the id ${JSON.stringify(id)} is not lower-case letters, digits and "-"`);
  const title = text('title') ?? text('message');
  if (title === undefined) document.report(path, `the rule ${id} has neither a title nor a message`);
  const severity = numberAt(entry, 'severity');
  if (severity !== undefined && !(severity >= 0 && severity <= 10))
    document.report([...path, 'severity'], 'severity is not from 0 to 10');
  const pattern = text('path') === undefined ? undefined : parsePathPattern(text('path') ?? '');
  if (text('path') !== undefined && pattern === undefined)
    document.report([...path, 'path'], `path ${JSON.stringify(text('path'))} is not like spec.containers[*].image`);
  const check = document.expression([...path, 'check'], UNAVAILABLE);
  const when = document.expression([...path, 'when'], UNAVAILABLE);
  const messageExpression = document.expression([...path, 'messageExpression'], UNAVAILABLE);
  const variables = document.namedExpressions([...path, 'variables'], UNAVAILABLE);
  const applies = await readMatch(document, [...path, 'match']);
  if (check === undefined || title === undefined) return [];
  const expressions = [check, when, messageExpression, ...variables.map(({ expression }) => expression)];
  const { file } = document;
  const line = document.lineOf(path);
  return [
    {
      id: `${OWN_PREFIX}${id}`,
      level: (stringAt(entry, 'level') ?? 'error') as Level,
      ...(severity === undefined ? {} : { severity }),
      title,
      help: text('help') ?? `See the rule in ${file}, line ${line}.`,
      file,
      line,
      applies,
      each: (stringAt(entry, 'each') ?? 'object') as OwnRule['each'],
      path: pattern,
      variables,
      conditions: when === undefined ? [] : [{ name: 'when', expression: when }],
      validations: [{ check, message: text('message') ?? title, messageExpression }],
      sees: 'rendered',
      comparesResources: expressions.some((expression) => expression?.uses('resources')),
      failureLevel: 'error',
    },
  ];
}

async function readMatch(document: RulesDocument, path: Path): Promise<OwnRule['applies']> {
  const match = dataAt(document.value, ...path) as MatchGlobs;
  const globs = Object.values(match).flat();
  for (const key of Object.keys(match))
    for (const [index, glob] of listAt(match, key).entries()) {
      const problem = globProblem(String(glob));
      if (problem !== undefined) document.report([...path, key, index], `${JSON.stringify(glob)} ${problem}`);
    }
  if (at(match, 'kinds') !== undefined && listAt(match, 'kinds').length === 0)
    document.report([...path, 'kinds'], 'kinds is an empty list, so the rule would apply to nothing');
  return matchGlobs(match, await compileGlobs(globs.filter((glob) => globProblem(glob) === undefined)));
}
