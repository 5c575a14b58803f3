import type { Scalar } from 'yaml';
import type { Splice } from './source.ts';

/** A line of a literal block scalar. */
interface BlockLine {
  /** Where it begins in the text of the scalar. */
  inner: number;
  /** In the text of the scalar, without the line break. */
  length: number;
  /** Where it begins in the file, before its indentation. */
  outer: number;
  /** Spaces of the file that do not belong to the text. An empty line can have fewer than the others. */
  indent: number;
}

/** Where the text of a literal block scalar (`|`) is in its file. */
export interface BlockLines {
  lines: readonly BlockLine[];
  /** The indentation of the block. */
  indent: number;
  /** Where the block ends in the file. */
  end: number;
}

/** The parts of the parser's token that are used here; see `BlockScalar` in https://github.com/eemeli/yaml/blob/v2.9.1/src/parse/cst.ts */
interface BlockToken {
  indent: number;
  props: { type: string; offset: number; source: string }[];
  source: string;
}

/**
 * The lines of a literal block scalar.
 * @param text the file
 * @returns `undefined` when the lines are not the scalar's value, so that positions would be wrong
 */
export function blockLines(scalar: Scalar, text: string): BlockLines | undefined {
  const token = scalar.srcToken as BlockToken | undefined;
  const last = token?.props.at(-1);
  if (token === undefined || last === undefined) return undefined;
  const start = last.offset + last.source.length;
  if (text.slice(start, start + token.source.length) !== token.source) return undefined;
  const indent = indentOf(token);
  const lines: BlockLine[] = [];
  const contents: string[] = [];
  let [inner, outer] = [0, start];
  for (const line of token.source.split('\n')) {
    const removed = Math.min(indent, /^ */.exec(line)?.[0].length ?? 0);
    const content = line.slice(removed).replace(/\r$/, '');
    lines.push({ inner, length: content.length, outer, indent: removed });
    contents.push(content);
    inner += content.length + 1;
    outer += line.length + 1;
  }
  return isValue(scalar.value, contents.join('\n')) ? { lines, indent, end: start + token.source.length } : undefined;
}

/** Given after `|`, relative to the parent, or that of the first line that is not empty. */
function indentOf({ indent, props, source }: BlockToken): number {
  const header = props.find(({ type }) => type === 'block-scalar-header')?.source ?? '';
  const given = /[1-9]/.exec(header)?.[0];
  return given === undefined ? (/^( *)[^ \r\n]/m.exec(source)?.[1]?.length ?? 0) : indent + Number(given);
}

/** Whether the text is the value, except for line breaks at the end, which `-` and `+` after `|` decide about. */
function isValue(value: unknown, text: string): boolean {
  if (typeof value !== 'string') return false;
  const [shorter, longer] = value.length < text.length ? [value, text] : [text, value];
  return longer.startsWith(shorter) && /^\n*$/.test(longer.slice(shorter.length));
}

/** The splice of the file that makes a splice of the scalar's text. */
export function toOuterSplice(
  { lines, indent, end }: BlockLines,
  { start, end: innerEnd, text }: Splice,
  file: string,
): Splice {
  const eol = /\r?\n/.exec(file)?.[0] ?? '\n';
  const pad = ' '.repeat(indent);
  const indented = (added: string): string => added.replaceAll('\n', `${eol}${pad}`);
  const line = lineAt(lines, start);
  const isNewLine = start === innerEnd && text.endsWith('\n') && (line === undefined || line.inner === start);
  if (isNewLine) {
    const added = `${pad}${indented(text.slice(0, -1))}`;
    if (line !== undefined) return { start: line.outer, end: line.outer, text: `${added}${eol}` };
    return { start: end, end, text: file.charAt(end - 1) === '\n' ? `${added}${eol}` : `${eol}${added}` };
  }
  const outer = (offset: number): number => {
    const { inner, outer: from, indent: removed } = lineAt(lines, offset) ?? { inner: offset, outer: end, indent: 0 };
    return from + removed + offset - inner;
  };
  return { start: outer(start), end: outer(innerEnd), text: indented(text) };
}

/** The line that contains an offset of the scalar's text; `undefined` behind the last line break of the file's text. */
function lineAt(lines: readonly BlockLine[], offset: number): BlockLine | undefined {
  let [low, high] = [0, lines.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as BlockLine).inner <= offset) low = middle;
    else high = middle;
  }
  const line = lines[low] as BlockLine;
  return offset <= line.inner + line.length ? line : undefined;
}
