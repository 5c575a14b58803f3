/** Formats JSON with one line per attribute, so that a change is visible as one changed line. */
export function formatSchema(value: object): string {
  return `${format(value, '')}\n`;
}

function format(value: unknown, indent: string): string {
  if (!isObject(value) || !Object.values(value).some(isObject)) return JSON.stringify(value);
  const deeper = `${indent} `;
  const lines = Object.entries(value).map(([key, part]) => `${deeper}${JSON.stringify(key)}: ${format(part, deeper)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
