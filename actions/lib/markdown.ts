/** A cell of a table; code is shown in a fixed-width font. */
export type Cell = string | { code: string } | { link: string; text: string };

export interface Table {
  header: readonly string[];
  rows: readonly (readonly Cell[])[];
}

/** Text from elsewhere with the special characters of Markdown and HTML escaped. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/([\\`*_{}[\]#|~])/g, '\\$1')
    .replaceAll(/[\r\n]+/g, ' ');
}

/** Text in a fixed-width font. Nothing in it can end the code, the table cell, or become Markdown or HTML. */
export function inlineCode(text: string): string {
  return `<code>${escapeMarkdown(text)}</code>`;
}

function cellText(cell: Cell): string {
  if (typeof cell === 'string') return escapeMarkdown(cell);
  return 'code' in cell ? inlineCode(cell.code) : `[${escapeMarkdown(cell.text)}](${linkTarget(cell.link)})`;
}

/** An address with the characters that would end a link encoded. What is already percent-encoded stays: `v1%2B2` must not become `v1%252B2`. */
function linkTarget(address: string): string {
  return encodeURI(address).replaceAll('%25', '%').replaceAll('(', '%28').replaceAll(')', '%29');
}

/** A table in GitHub-flavoured Markdown. */
export function markdownTable({ header, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map((row) => line(row.map(cellText)))].join('\n');
}
