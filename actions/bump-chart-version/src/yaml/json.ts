/** The data of a JSON text, or `undefined` when it is not JSON. */
export function parseJson(text: string): { data: unknown } | undefined {
  try {
    return { data: JSON.parse(text.replace(/^\ufeff/, '')) as unknown };
  } catch {
    return undefined;
  }
}

/** Whether a file must stay JSON. In a YAML file, `{}` and `[]` alone are where block collections usually begin. */
export function isJson(path: string, text: string): boolean {
  if (/\.json$/i.test(path)) return true;
  if (!/^\ufeff?\s*[[{]/.test(text)) return false;
  const json = parseJson(text);
  return json !== undefined && Object.keys(json.data as object).length > 0;
}
