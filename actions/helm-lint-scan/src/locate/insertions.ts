import { keyColumn, type TemplateLine } from './template-lines.ts';

/** An action that inserts text into a block. */
export interface InsertedAction<T extends TemplateLine> {
  line: T;
  action: string;
  /** The column of what it inserts, if it is known. */
  column: number | undefined;
}

interface InsertionContext<T> {
  /** The line with the key of the block. */
  head: T | undefined;
  /** The column of the keys of the block. */
  column: number;
  /** Whether the lines are those of a named template, whose text is indented where it is included. */
  included: boolean;
}

/** Actions that render nothing themselves. */
const CONTROL = /^(?:if|else|end|with|range|define|block|fail|break|continue)\b|^\$\w*\s*(?:,\s*\$\w+\s*)?:?=/;

/** The actions that insert something at the level of a block: on the line of its key, or on lines of their own. */
export function findInsertions<T extends TemplateLine>(
  lines: readonly T[],
  { head, column: own, included }: InsertionContext<T>,
): InsertedAction<T>[] {
  const isItem = head !== undefined && lines[0] === head;
  const floor = isItem ? Number.NEGATIVE_INFINITY : lowestColumn(head);
  const dash = lines.reduce((least, { item, indent }) => (item ? Math.min(least, indent) : least), own);
  const isHere = (column: number | undefined): boolean =>
    column === undefined ||
    (column >= floor && (own === Number.POSITIVE_INFINITY || column === own || column === dash));
  const below = lines.flatMap((line) => {
    if (!line.directive || line.text.startsWith('#')) return [];
    return line.actions
      .map((action) => ({ line, action, column: insertedColumn(line, action, included) }))
      .filter(({ column }) => isHere(column));
  });
  const onHead = head === undefined || isItem || !/^\{\{.*\}\}$/.test(head.value) ? [] : head.actions;
  return [...onHead.map((action) => ({ line: head as T, action, column: undefined })), ...below].filter(
    ({ action }) => action !== '' && !CONTROL.test(action),
  );
}

/** Below a key without a value, a list may be inserted in the column of the key; everything else is deeper. */
function lowestColumn(head: TemplateLine | undefined): number {
  if (head === undefined) return Number.NEGATIVE_INFINITY;
  const isOpen = head.value === '' || /^[&!]\S*$/.test(head.value);
  return keyColumn(head) + (isOpen ? 0 : 1);
}

/** The column of an action's text: what it indents by, otherwise its own. */
function insertedColumn({ indent }: TemplateLine, action: string, included: boolean): number | undefined {
  const given = /\bn?indent\s+(\S+)/.exec(action)?.[1];
  if (given === undefined) return included ? undefined : indent;
  return /^\d+$/.test(given) ? Number(given) : undefined;
}
