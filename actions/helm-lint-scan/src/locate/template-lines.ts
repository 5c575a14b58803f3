/** A template as lines that can be searched for keys, without rendering it. */
export interface TemplateLine {
  /** 1-based. */
  number: number;
  /** Columns before the text; for `- key:` the columns before the dash. */
  indent: number;
  text: string;
  /** The key that the line sets, without quotes; of `- name: x` that is `name`. */
  key: string | undefined;
  /** The line starts an item of a list. */
  item: boolean;
  /** The line is made of template actions alone. */
  directive: boolean;
  /** Actions on the line, without braces. */
  actions: string[];
}

const ACTION = /\{\{-?\s*([\s\S]*?)\s*-?\}\}/g;
const KEY = /^(?:"([^"]+)"|'([^']+)'|([^\s:#'"{[&*!|>%@][^:#]*?))\s*:(?:\s|$)/;

/** Blank lines and comments are left out. Actions that go over several lines count as the line they begin on. */
export function templateLines(text: string): TemplateLine[] {
  const spread = text
    .replaceAll('\r\n', '\n')
    // A comment of the template may look like anything; its lines stay, empty, so that numbers hold.
    .replaceAll(/\{\{-?\s*\/\*[\s\S]*?\*\/\s*-?\}\}/g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/\{\{[\s\S]*?\}\}/g, (action) => joinLines(action));
  return spread.split('\n').flatMap((line, index) => templateLine(line, index + 1) ?? []);
}

/** An action over several lines on its first line, followed by as many empty ones. */
function joinLines(action: string): string {
  const breaks = action.split('\n').length - 1;
  return breaks === 0 ? action : action.replaceAll(/\s*\n\s*/g, ' ') + '\n'.repeat(breaks);
}

function templateLine(line: string, number: number): TemplateLine | undefined {
  const indent = line.length - line.trimStart().length;
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const actions = [...text.matchAll(ACTION)].map((match) => match[1] ?? '');
  const directive = actions.length > 0 && text.replaceAll(ACTION, '').trim() === '';
  const item = /^-(\s|$)/.test(text);
  const afterDash = item ? text.slice(1).trim() : text;
  const match = directive ? null : KEY.exec(afterDash);
  const key = match?.[1] ?? match?.[2] ?? match?.[3];
  return { number, indent, text, key, item, directive, actions };
}

/** The documents of a template: between lines of `---`. */
export function segments(lines: readonly TemplateLine[]): TemplateLine[][] {
  const parts: TemplateLine[][] = [[]];
  for (const line of lines) {
    if (/^---(\s|$)/.test(line.text)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.filter((part) => part.some(({ key }) => key !== undefined));
}
