/** GitHub refuses longer texts with the status 422, for example "title is too long (maximum is 256 characters)". */
export const MAX_TITLE_LENGTH = 256;
export const MAX_BODY_LENGTH = 65_536;
export const MAX_LABEL_LENGTH = 50;

/** The text, or as much of its beginning as the length allows, in UTF-16 units. */
export function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  if (maxLength < 1) return '';
  // Not between the two halves of a character.
  return `${text.slice(0, maxLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/**
 * As many of the rows as the length allows, and how many are omitted.
 * @param what the omitted rows, in the plural: "changes"
 */
export function cutRows(rows: readonly string[], maxLength: number, what: string): string {
  const all = rows.join('\n');
  if (all.length <= maxLength) return all;
  const more = (count: number): string => `and ${count} more ${what}`;
  let length = more(rows.length).length;
  const kept: string[] = [];
  for (const row of rows) {
    length += row.length + 1;
    if (length > maxLength) break;
    kept.push(row);
  }
  return [...kept, more(rows.length - kept.length)].join('\n');
}
