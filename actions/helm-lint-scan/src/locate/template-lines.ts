import { parseActions, replaceActions, withoutComments } from './actions.ts';
import { type Frame, FrameTracker } from './frames.ts';

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
  /** The text after the key, or after the dash of an item without a key. */
  value: string;
  /** The branch that contains the start of the line. */
  frame: Frame | undefined;
  /** Whether the line is in a named template. */
  defined: boolean;
}

/** A key ends at the first colon, because the characters of a key exclude it. */
const KEY = /^(?:"([^"]+)"\s*|'([^']+)'\s*|([^\s:#'"{[&*!|>%@][^:#]*)):(?:\s|$)/;

/**
 * The maximum length of a key. YAML allows 1,024 characters; in a template it may contain actions. On a line of millions, such as a text
 * whose quote does not close, the pattern can fail with a RangeError, because the engine may keep a state for each character.
 */
const MAX_KEY_LENGTH = 8192;

/** The lines without blank lines and comments. An action over several lines is on its first line. */
export function parseTemplateLines(text: string): TemplateLine[] {
  const spread = replaceActions(withoutComments(text.replaceAll('\r\n', '\n')), joinActionLines);
  const tracker = new FrameTracker();
  return spread.split('\n').flatMap((text, index) => {
    const line = parseTemplateLine(text, index + 1, tracker);
    for (const action of line?.actions ?? []) tracker.step(action);
    return line ?? [];
  });
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

function parseTemplateLine(line: string, number: number, { frame, defining }: FrameTracker): TemplateLine | undefined {
  const indent = line.length - line.trimStart().length;
  const text = line.trim();
  const actions = parseActions(text);
  // Actions in a comment are executed.
  if (text === '' || (text.startsWith('#') && actions.length === 0)) return undefined;
  const rest = replaceActions(text, () => '').trim();
  const directive = actions.length > 0 && (rest === '' || text.startsWith('#'));
  const item = /^-(\s|$)/.test(text);
  const afterDash = item ? text.slice(1).trim() : text;
  const match = directive ? null : KEY.exec(afterDash.slice(0, MAX_KEY_LENGTH));
  const key = match?.[1] ?? match?.[2] ?? match?.[3]?.trimEnd();
  const value = afterDash.slice(match?.[0].length ?? 0).trim();
  return { number, indent, text, key, item, directive, actions, value, frame, defined: defining };
}

/** Whether an action can render something. */
const isOutput = (action: string): boolean =>
  !/^(?:if|else|end|with|range|define|block)\b|^\$\w*\s*(?:,\s*\$\w+\s*)?:?=/.test(action);

/** The documents of a template, separated by lines of `---`. */
export function splitDocuments<T extends TemplateLine>(lines: readonly T[]): T[][] {
  const parts: T[][] = [[]];
  for (const line of lines) {
    if (line.indent === 0 && /^---(\s|$)/.test(line.text)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.filter((part) => part.some(({ key, actions }) => key !== undefined || actions.some(isOutput)));
}

/** The column of the key of a line: after the dash if the line starts an item. */
export function keyColumn({ indent, item, text }: TemplateLine): number {
  if (!item) return indent;
  const rest = text.slice(1);
  return rest.trim() === '' ? Number.POSITIVE_INFINITY : indent + 1 + (rest.length - rest.trimStart().length);
}
