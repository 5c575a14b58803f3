import { type Meaning, meaningOf, type Names } from './scope.ts';
import type { TemplateLine } from './template-lines.ts';

/** A line with what `.` and the variables mean there. */
export interface NamedLine extends TemplateLine {
  names: Names;
}

interface Block {
  keyword: string;
  /** The names to go back to at its end. */
  before: Names;
}

/** Follow `with`, `range` and `$x :=` through the lines. */
export function nameLines(lines: readonly TemplateLine[], start: Names): NamedLine[] {
  const blocks: Block[] = [];
  let names = start;
  return lines.map((line) => {
    for (const action of line.actions) names = step(action, names, blocks);
    return { ...line, names };
  });
}

function step(action: string, names: Names, blocks: Block[]): Names {
  const assigned = /^(\$\w+)\s*:?=\s*(.+)$/.exec(action);
  if (assigned !== null) return withVariable(names, assigned[1] as string, meaningOf(assigned[2] as string, names));
  const [, keyword = '', rest = ''] = /^(with|range|if|define|block|end|else)\b\s*(.*)$/.exec(action) ?? [];
  if (keyword === 'end') return blocks.pop()?.before ?? names;
  if (keyword === 'else') return blocks.at(-1)?.before ?? names;
  if (keyword === '') return names;
  blocks.push({ keyword, before: names });
  if (keyword === 'with') return enter(rest, names, (meaning) => meaning);
  if (keyword === 'range') return enter(rest, names, anyItem);
  return names;
}

const anyItem = (meaning: Meaning): Meaning =>
  meaning.is === 'values' ? { is: 'values', path: [...meaning.path, '*'] } : { is: 'unknown' };

/** `with $x := EXPRESSION` and `range $key, $value := EXPRESSION` name what they enter. */
function enter(text: string, names: Names, change: (meaning: Meaning) => Meaning): Names {
  const declared = /^(?:\$\w+\s*,\s*)?(\$\w+)\s*:=\s*(.+)$/.exec(text);
  const dot = change(meaningOf(declared?.[2] ?? text, names));
  const entered = { ...names, dot };
  return declared === null ? entered : withVariable(entered, declared[1] as string, dot);
}

const withVariable = (names: Names, variable: string, meaning: Meaning): Names => ({
  ...names,
  variables: new Map([...names.variables, [variable, meaning]]),
});
