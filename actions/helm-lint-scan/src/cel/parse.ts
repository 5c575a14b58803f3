import type { Environment as EnvironmentType } from '@marcbachmann/cel-js';
import type { Value } from './values.ts';

/** A part of an expression. */
export type Expression =
  | { kind: 'literal'; value: Value }
  | { kind: 'identifier'; name: string }
  /** `a.b`, and `a.?b` when `optional`. */
  | { kind: 'select'; operand: Expression; field: string; optional: boolean }
  | { kind: 'index'; operand: Expression; index: Expression; optional: boolean }
  | { kind: 'call'; name: string; target: Expression | undefined; arguments: Expression[] }
  | { kind: 'list'; items: Expression[] }
  | { kind: 'map'; entries: [key: Expression, value: Expression][] }
  | { kind: 'condition'; condition: Expression; yes: Expression; no: Expression }
  | { kind: 'logical'; operator: '&&' | '||'; left: Expression; right: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'unary'; operator: '!' | '-'; operand: Expression };

export interface CelParser {
  /** @returns the expression, or why it cannot be parsed, as the end of a sentence */
  parse(text: string): Expression | { problem: string };
}

/** The longest of the rules that projects publish has about 2,000 characters. */
const MAX_LENGTH = 20_000;
const LIMITS = { maxAstNodes: 5_000, maxDepth: 100 };

interface Node {
  op: string;
  args: unknown;
}

/**
 * The parser of the library. Its evaluator is not used: it takes unlimited time, runs patterns with the engine of JavaScript, does not
 * have the functions of Kubernetes, and refuses `has(a[0].b)`. The other library, @bufbuild/cel, takes 250 ms to load and cannot parse
 * `a.?b`.
 */
export async function loadParser(): Promise<CelParser> {
  const { Environment } = await import('@marcbachmann/cel-js');
  const environment: EnvironmentType = new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: LIMITS,
  });
  return {
    parse(text) {
      if (text.length > MAX_LENGTH) return { problem: `it has more than ${MAX_LENGTH} characters` };
      try {
        return toExpression(environment.parse(text).ast as Node);
      } catch (error) {
        return { problem: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it cannot be parsed' };
      }
    },
  };
}

function toExpression({ op, args }: Node): Expression {
  const list = args as Node[];
  const at = (index: number): Expression => toExpression(list[index] as Node);
  switch (op) {
    case 'value':
      return { kind: 'literal', value: toLiteral(args) };
    case 'id':
      return { kind: 'identifier', name: args as string };
    case '.':
    case '.?':
      return { kind: 'select', operand: at(0), field: (args as unknown[])[1] as string, optional: op === '.?' };
    case '[]':
    case '[?]':
      return { kind: 'index', operand: at(0), index: at(1), optional: op === '[?]' };
    case 'call': {
      const [name, parts] = args as [string, Node[]];
      return { kind: 'call', name, target: undefined, arguments: parts.map(toExpression) };
    }
    case 'rcall': {
      const [name, target, parts] = args as [string, Node, Node[]];
      return { kind: 'call', name, target: toExpression(target), arguments: parts.map(toExpression) };
    }
    case 'list':
      return { kind: 'list', items: list.map(toExpression) };
    case 'map':
      return {
        kind: 'map',
        entries: (args as [Node, Node][]).map(([key, value]) => [toExpression(key), toExpression(value)]),
      };
    case '?:':
      return { kind: 'condition', condition: at(0), yes: at(1), no: at(2) };
    case '||':
    case '&&':
      return { kind: 'logical', operator: op, left: at(0), right: at(1) };
    case '!_':
    case '-_':
      return { kind: 'unary', operator: op === '!_' ? '!' : '-', operand: toExpression(args as Node) };
    default:
      return { kind: 'binary', operator: op, left: at(0), right: at(1) };
  }
}

function toLiteral(value: unknown): Value {
  if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array))
    throw new Error('unsigned integers are not supported');
  return value as Value;
}

/** The names that an expression uses, also those of its own variables. */
export function identifiersIn(expression: Expression): Set<string> {
  const names = new Set<string>();
  const open: Expression[] = [expression];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part.kind === 'identifier') names.add(part.name);
    open.push(...partsOf(part));
  }
  return names;
}

export function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'identifier':
      return [];
    case 'select':
    case 'unary':
      return [expression.operand];
    case 'index':
      return [expression.operand, expression.index];
    case 'call':
      return [...(expression.target === undefined ? [] : [expression.target]), ...expression.arguments];
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.flat();
    case 'condition':
      return [expression.condition, expression.yes, expression.no];
    default:
      return [expression.left, expression.right];
  }
}
