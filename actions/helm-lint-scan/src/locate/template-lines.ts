import { parseActions, replaceActions, withoutComments } from './actions.ts';

/** A line of a template that can be searched for keys without rendering. */
export interface TemplateLine {
  /** 1-based. */
  number: number;
  /** The columns before the text; for `- key:`, before the dash. */
  indent: number;
  text: string;
  /** The key that the line sets, without quotes. For `- name: x` it is `name`. */
  key: string | undefined;
  /** Whether the line starts an item of a list. */
  item: boolean;
  /** Whether the line consists only of template actions. */
  directive: boolean;
  /** The actions on the line, without braces. */
  actions: string[];
}

/** A key ends at the first colon, because the characters of a key exclude it. */
const KEY = /^(?:"([^"]+)"\s*|'([^']+)'\s*|([^\s:#'"{[&*!|>%@][^:#]*)):(?:\s|$)/;

/** The lines without blank lines and comments. An action over several lines is on its first line. */
export function parseTemplateLines(text: string): TemplateLine[] {
  const spread = replaceActions(withoutComments(text.replaceAll('\r\n', '\n')), joinActionLines);
  return spread.split('\n').flatMap((line, index) => parseTemplateLine(line, index + 1) ?? []);
}

/** Move an action over several lines to its first line, followed by as many empty lines. */
function joinActionLines(action: string): string {
  const lines = action.split('\n');
  return lines.length === 1
    ? action
    : lines
        .map((line, index) =>
          index === 0 ? line.trimEnd() : index === lines.length - 1 ? line.trimStart() : line.trim(),
        )
        .filter((line) => line !== '')
        .join(' ') + '\n'.repeat(lines.length - 1);
}

function parseTemplateLine(line: string, number: number): TemplateLine | undefined {
  const indent = line.length - line.trimStart().length;
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const actions = parseActions(text);
  const directive = actions.length > 0 && replaceActions(text, () => '').trim() === '';
  const item = /^-(\s|$)/.test(text);
  const afterDash = item ? text.slice(1).trim() : text;
  const match = directive ? null : KEY.exec(afterDash);
  const key = match?.[1] ?? match?.[2] ?? match?.[3]?.trimEnd();
  return { number, indent, text, key, item, directive, actions };
}

/** The documents of a template, separated by lines of `---`. */
export function splitDocuments(lines: readonly TemplateLine[]): TemplateLine[][] {
  const parts: TemplateLine[][] = [[]];
  for (const line of lines) {
    if (/^---(\s|$)/.test(line.text)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.filter((part) => part.some(({ key }) => key !== undefined));
}
