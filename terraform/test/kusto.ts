/**
 * Checks queries for Azure's logs without Azure: Kusto's own language service validates them, and this module evaluates
 * them on a few lines. It supports only the operators that the queries use; any other is an error. Source:
 * https://learn.microsoft.com/kusto/query
 */
import { createRequire } from 'node:module';

export type Value = string | number | boolean | Date;
export type Row = Readonly<Record<string, Value>>;

/**
 * The columns of Azure's tables that the queries use, each with its type:
 * https://learn.microsoft.com/azure/azure-monitor/reference/tables-index
 */
const TABLES = {
  ContainerLogV2: '(TimeGenerated: datetime, PodNamespace: string, ContainerName: string, LogMessage: dynamic)',
  AKSControlPlane: '(TimeGenerated: datetime, Category: string, Message: string)',
  KubePodInventory:
    '(TimeGenerated: datetime, ClusterName: string, PodStatus: string, Namespace: string, Name: string)',
};

interface Symbols {
  TableSymbol: { From(schema: string): { WithName(name: string): unknown } };
  DatabaseSymbol: { $ctor1: new (name: string, tables: unknown[]) => unknown };
}

interface Language {
  Symbols: Symbols;
  GlobalState: { Default: { WithDatabase(database: unknown): unknown } };
  KustoCode: {
    ParseAndAnalyze(
      query: string,
      globals: unknown,
    ): { GetDiagnostics(): { Count: number; getItem(index: number): { Message: string } } };
  };
}

let language: Language | undefined;

/** Compiled from C#, so it is a script that sets the global `Kusto`, and has no useful types. */
function kusto(): Language {
  if (language === undefined) {
    const require = createRequire(import.meta.url);
    for (const script of ['bridge.min.js', 'Kusto.Language.Bridge.min.js'])
      require(`@kusto/language-service-next/${script}`);
    language = (globalThis as unknown as { Kusto: { Language: Language } }).Kusto.Language;
  }
  return language;
}

/** The problems of a query, by the language and the tables' columns. */
export function queryProblems(query: string): string[] {
  const { Symbols, GlobalState, KustoCode } = kusto();
  const tables = Object.entries(TABLES).map(([name, schema]) => Symbols.TableSymbol.From(schema).WithName(name));
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1('workspace', tables));
  const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
  return Array.from({ length: found.Count }, (_, index) => found.getItem(index).Message);
}

/**
 * Evaluate a query on the rows of its table.
 * @param now the time that `ago` is relative to
 * @throws for an operator, a function or a literal that this module does not support
 */
export function runQuery(query: string, rows: readonly Row[], now: Date): Row[] {
  const [, ...steps] = query
    .trim()
    .split('\n')
    .map((line) => line.trim());
  return steps.reduce<readonly Row[]>((given, step) => apply(step, given, now), rows) as Row[];
}

function apply(step: string, rows: readonly Row[], now: Date): Row[] {
  const [, operator, rest = ''] = /^\| (\w+) (.+)$/.exec(step) ?? [];
  switch (operator) {
    case 'where':
      return rows.filter((row) => rest.split(' and ').every((each) => holds(each, row, now)));
    case 'extend': {
      const [, name = '', expression = ''] = /^(\w+) = (.+)$/.exec(rest) ?? [];
      return rows.map((row) => ({ ...row, [name]: evaluate(expression, row, now) }));
    }
    case 'summarize': {
      const [, by, value, group] = /^arg_max\((\w+), (\w+)\) by (\w+)$/.exec(rest) ?? [];
      if (by && value && group) return latest(rows, { by, value, group });
      if (/^(\w+) = count\(\)$/.test(rest)) return [{ [rest.split(' ')[0] ?? '']: rows.length }];
      throw new Error(`unknown: ${step}`);
    }
    default:
      throw new Error(`unknown: ${step}`);
  }
}

/** `arg_max(by, value) by group` */
function latest(rows: readonly Row[], columns: { by: string; value: string; group: string }): Row[] {
  const { by, value, group } = columns;
  const found = new Map<Value, Row>();
  for (const row of rows) {
    const key = row[group] ?? '';
    const other = found.get(key);
    if (other === undefined || Number(row[by]) > Number(other[by]))
      found.set(key, { [group]: key, [by]: row[by] ?? '', [value]: row[value] ?? '' });
  }
  return [...found.values()];
}

function holds(condition: string, row: Row, now: Date): boolean {
  const [, call, argument] = /^(\w+)\((\w+)\)$/.exec(condition) ?? [];
  if (call === 'isnotempty') return evaluate(argument ?? '', row, now) !== '';
  const [, left = '', operator, right = ''] = /^(\S+) (==|!=|<|matches regex) (.+)$/.exec(condition) ?? [];
  const [actual, expected] = [evaluate(left, row, now), evaluate(right, row, now)];
  switch (operator) {
    case '==':
      return actual === expected;
    case '!=':
      return actual !== expected;
    case '<':
      return Number(actual) < Number(expected);
    case 'matches regex':
      return new RegExp(String(expected), 'u').test(String(actual));
    default:
      throw new Error(`unknown: ${condition}`);
  }
}

function evaluate(expression: string, row: Row, now: Date): Value {
  const [, string] = /^"([^"\\]*)"$/.exec(expression) ?? [];
  if (string !== undefined) return string;
  const [, verbatim] = /^@'([^']*)'$/.exec(expression) ?? [];
  if (verbatim !== undefined) return verbatim;
  if (/^\d+$/.test(expression)) return Number(expression);
  const [, minutes] = /^ago\((\d+)m\)$/.exec(expression) ?? [];
  if (minutes !== undefined) return new Date(now.getTime() - Number(minutes) * 60_000);
  const [, text] = /^tostring\((\w+)\)$/.exec(expression) ?? [];
  if (text !== undefined) return String(evaluate(text, row, now));
  const [, pattern, group, source] = /^extract\(@'([^']*)', (\d), (\w+)\)$/.exec(expression) ?? [];
  if (pattern !== undefined)
    return new RegExp(pattern, 'u').exec(String(evaluate(source ?? '', row, now)))?.[Number(group)] ?? '';
  const column = row[expression];
  if (column === undefined) throw new Error(`unknown: ${expression}`);
  return column;
}
