import { Budget, type Cel, NONE, type Rule, type Value } from '../../cel/index.ts';
import { at, type Data, dataAt, isData, listAt, type Path } from '../../data.ts';
import { Field, type FieldError } from '../server/field.ts';
import { createValues, type ToValue, withMeta } from './cel-values.ts';
import { itemSchema } from './complete.ts';

/** A rule of a schema that was not checked. */
export interface UncheckedRule {
  rule: string;
  /** As the end of a sentence. */
  why: string;
}

/** What one rule found. */
export type RuleResult = { error: FieldError } | { unchecked: UncheckedRule };

/** Checks objects with the rules of one schema. */
export interface RuleChecker {
  /** @param object one that its schema accepts, completed */
  check(object: Data): RuleResult[];
}

/** The number of steps for all rules of an object. They take less than a second. */
const MAX_STEPS = 2_000_000;
/** Rules that take too long are given up for all objects when so many took too long. */
const MAX_SLOW = 5;

/** Whether there is a rule in a schema. */
export function hasRules(schema: Data): boolean {
  const open: Data[] = [schema];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (listAt(part, 'x-kubernetes-validations').length > 0) return true;
    const nested = [...Object.values(dataAt(part, 'properties')), part.items, part.additionalProperties];
    open.push(...[...nested, ...listAt(part, 'allOf')].filter(isData));
  }
  return false;
}

/**
 * The rules in `x-kubernetes-validations`.
 * Source: apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go
 */
export function createRuleChecker(cel: Cel, schema: Data): RuleChecker {
  const compiled = new Map<string, Rule | { problem: string }>();
  const compile = (text: string): Rule | { problem: string } => {
    const known = compiled.get(text) ?? cel.compile(text);
    compiled.set(text, known);
    return known;
  };
  let slow = 0;
  return {
    check(object) {
      if (slow > MAX_SLOW) return [];
      const context: RuleContext = { compile, toValue: createValues(), budget: new Budget(MAX_STEPS) };
      const results = [...checkPart(object, { rules: schema, node: withMeta(schema), path: [] }, context)];
      if (context.budget.isSpent) slow++;
      return results;
    },
  };
}

interface RuleContext {
  compile(text: string): Rule | { problem: string };
  toValue: ToValue;
  budget: Budget;
}

/** A part of an object. */
interface Part {
  /** Where the rules are: the schema of the part, or one under its `allOf`. */
  rules: Data;
  /** The schema of the part. */
  node: Data;
  path: Path;
}

/** A null has no rules: those around it can ask for it. */
function* checkPart(data: unknown, part: Part, context: RuleContext): Generator<RuleResult, void> {
  const { rules, node, path } = part;
  if (data === null || data === undefined) return;
  for (const rule of listAt(rules, 'x-kubernetes-validations')) {
    const result = isData(rule) ? checkRule(rule, data, part, context) : undefined;
    if (result !== undefined) yield result;
  }
  for (const nested of listAt(rules, 'allOf'))
    if (isData(nested)) yield* checkPart(data, { rules: nested, node, path }, context);
  for (const [key, keyRules, keyNode] of children(data, part))
    if (isData(keyRules) && isData(keyNode))
      yield* checkPart(at(data, key), { rules: keyRules, node: keyNode, path: [...path, key] }, context);
}

function children(data: unknown, { rules, node }: Part): [key: string | number, rules: unknown, node: unknown][] {
  if (Array.isArray(data)) return [...data.keys()].map((index) => [index, itemSchema(rules), itemSchema(node)]);
  if (!isData(data)) return [];
  const properties = dataAt(node, 'properties');
  return Object.keys(data).map((key) =>
    Object.hasOwn(properties, key)
      ? [key, at(rules, 'properties', key), properties[key]]
      : [key, rules.additionalProperties, node.additionalProperties],
  );
}

/** @returns `undefined` when the rule is satisfied */
function checkRule(rule: Data, data: unknown, { node, path }: Part, context: RuleContext): RuleResult | undefined {
  const text = typeof rule.rule === 'string' ? rule.rule.trim() : '';
  if (text === '') return undefined;
  const unchecked = (why: string): RuleResult => ({ unchecked: { rule: text, why } });
  const compiled = context.compile(text);
  if ('problem' in compiled) return unchecked(compiled.problem);
  // A rule about a change is not checked when an object is created.
  if (compiled.uses('oldSelf') && rule.optionalOldSelf !== true) return undefined;
  const self = context.toValue(data, node);
  if (self === undefined) return unchecked('a value is not supported');
  const variables = { self, oldSelf: NONE };
  const outcome = compiled.evaluate(variables, context.budget);
  if (outcome.state === 'unsupported') return unchecked(outcome.why);
  if (outcome.state === 'failed') {
    const detail = `${outcome.why} evaluating rule: ${messageOf(rule) || text}`;
    return { error: new Field(undefined, path).invalid(detail) };
  }
  if (outcome.value === true) return undefined;
  if (outcome.value !== false) return unchecked('its result is not true or false');
  return { error: toError(rule, [...path, ...fieldPath(rule.fieldPath)], detailOf(rule, variables, context)) };
}

const messageOf = (rule: Data): string => (typeof rule.message === 'string' ? rule.message.trim() : '');

const MAX_MESSAGE = 5 * 1024;

/** The message of a rule: that of its expression, or its text. */
function detailOf(rule: Data, variables: Record<string, Value>, { compile, budget }: RuleContext): string {
  const expression = typeof rule.messageExpression === 'string' ? compile(rule.messageExpression) : undefined;
  if (expression !== undefined && !('problem' in expression)) {
    const outcome = expression.evaluate(variables, budget);
    const message = outcome.state === 'value' && typeof outcome.value === 'string' ? outcome.value.trim() : '';
    if (message !== '' && message.length <= MAX_MESSAGE && !message.includes('\n')) return message;
  }
  return messageOf(rule) || `failed rule: ${String(rule.rule).trim()}`;
}

function toError(rule: Data, path: Path, detail: string): FieldError {
  const field = new Field(undefined, path);
  switch (rule.reason) {
    case 'FieldValueForbidden':
      return field.forbidden(detail);
    case 'FieldValueRequired':
      return field.required(detail);
    case 'FieldValueDuplicate':
      return { ...field.duplicate(), detail };
    default:
      return field.invalid(detail);
  }
}

/** The keys of `.spec.port` and `.labels['a.b']`. */
const fieldPath = (text: unknown): string[] =>
  typeof text === 'string'
    ? [...text.matchAll(/\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]/g)].map(([, name, quoted = '']) => name ?? quoted)
    : [];
