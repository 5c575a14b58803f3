import type { InputReader, Parsed } from '../../../lib/runner/inputs.ts';
import { parseTagRule, type TagRule, type WrittenRule } from '../tags/rule-syntax.ts';
import type { Affixes } from '../tags/tag-rules.ts';

/** The rules of an image: a list, or one per line. */
export function parseTagRules(data: unknown): Parsed<WrittenRule[]> {
  const lines = (Array.isArray(data) ? data.map(String) : String(data).split(/\r?\n/)).map((line) => line.trim());
  const rules: WrittenRule[] = [];
  for (const line of lines.filter((text) => text !== '')) {
    const parsed = parseTagRule(line);
    if ('problem' in parsed) return { problem: `has ${JSON.stringify(line)}, which ${parsed.problem}` };
    rules.push(parsed.value);
  }
  return { value: rules };
}

export const parseTagPrefix = (text: unknown): Parsed<string> =>
  /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(String(text))
    ? { value: String(text) }
    : { problem: 'is not the beginning of a tag: at most 64 of letters, digits, "_", "." and "-"' };

export const parseTagSuffix = (text: unknown): Parsed<string> =>
  /^[A-Za-z0-9_.-]{1,64}$/.test(String(text))
    ? { value: String(text) }
    : { problem: 'is not the end of a tag: at most 64 of letters, digits, "_", "." and "-"' };

/** The name of an image in the outputs and the log. Two images of one name differ in the suffix of their tags. */
export const imageKey = ({ name, affixes }: { name: string; affixes: Affixes }): string =>
  `${name}${affixes.tagSuffix}`;

/** The rules, each pattern compiled; a rule whose pattern is invalid is reported and left out. */
export async function compileRules(
  rules: readonly WrittenRule[],
  { reader, input }: { reader: InputReader; input: string },
): Promise<TagRule[]> {
  const compiled: TagRule[] = [];
  for (const rule of rules) {
    if (rule.kind !== 'match') {
      compiled.push(rule);
      continue;
    }
    const found = await compilePattern(rule.pattern);
    if ('value' in found) compiled.push({ kind: 'match', find: found.value });
    else
      reader.addProblem({
        input,
        value: `match:${rule.pattern}`,
        problem: `has an invalid pattern: ${found.problem}`,
        example: 'match:^release-(\\d+)$',
      });
  }
  return compiled;
}

/** Patterns are those of RE2, which take linear time: the author of a tag chooses the text. */
async function compilePattern(pattern: string): Promise<Parsed<(tag: string) => string | undefined>> {
  const { RE2JS, RE2JSException } = await import('re2js');
  try {
    const compiled = RE2JS.compile(pattern);
    return {
      value: (tag) => {
        const matcher = compiled.matcher(tag);
        return matcher.find() ? (matcher.group(matcher.groupCount() > 0 ? 1 : 0) ?? undefined) : undefined;
      },
    };
  } catch (error) {
    if (error instanceof RE2JSException) return { problem: error.message.replace(/^error parsing regexp: /, '') };
    throw error;
  }
}
