import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';

export type KeyValues = ReadonlyMap<string, string>;

/**
 * Build arguments, labels or annotations as an input: one `KEY=VALUE` per line, a YAML mapping, whose values can have several lines,
 * or a YAML list of `KEY=VALUE`. The input is read as lines when the `=` of its first line is before any `:` with a space after it, and the line
 * does not start a list or JSON.
 */
export async function readKeyValues(reader: InputReader, name: string, example: string): Promise<KeyValues> {
  const lines = reader.lines(name);
  const first = lines[0]?.text;
  if (first === undefined) return new Map();
  if (/^[{[]|^-\s|^[^=]*:(\s|$)/.test(first)) return (await reader.yaml(name, parseKeyValues, example)) ?? new Map();
  return new Map(
    lines.flatMap(({ text, number }) => {
      const pair = parsePair(text);
      if ('value' in pair) return [pair.value];
      reader.addProblem({ input: `${name} (line ${number})`, value: text, problem: pair.problem, example });
      return [];
    }),
  );
}

/** The same in a structured input: a mapping, a list of `KEY=VALUE`, or one per line. */
export function parseKeyValues(data: unknown): Parsed<KeyValues> {
  if (typeof data === 'string') return parsePairs(data.split(/\r?\n/).filter((line) => line.trim() !== ''));
  if (Array.isArray(data)) return parsePairs(data);
  const pairs: [string, string][] = [];
  if (typeof data !== 'object' || data === null)
    return { problem: 'is neither a mapping, a list of KEY=VALUE, nor one per line' };
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string') return { problem: `has a value for ${JSON.stringify(key)} that is not a string` };
    const problem = keyProblem(key);
    if (problem !== undefined) return { problem: `has the key ${JSON.stringify(key)}, which ${problem}` };
    pairs.push([key, value]);
  }
  return { value: new Map(pairs) };
}

function parsePairs(items: readonly unknown[]): Parsed<KeyValues> {
  const pairs: [string, string][] = [];
  for (const item of items) {
    const pair = parsePair(String(item));
    if ('problem' in pair) return { problem: `has ${JSON.stringify(item)}, which ${pair.problem}` };
    pairs.push(pair.value);
  }
  return { value: new Map(pairs) };
}

function parsePair(text: string): Parsed<[string, string]> {
  const separator = text.indexOf('=');
  if (separator < 0) return { problem: 'is not KEY=VALUE' };
  const key = text.slice(0, separator).trim();
  const problem = keyProblem(key);
  return problem === undefined ? { value: [key, text.slice(separator + 1)] } : { problem };
}

function keyProblem(key: string): string | undefined {
  if (key === '') return 'has no key';
  return /[\s=]/.test(key) ? 'has a space or "=" in its key' : undefined;
}
