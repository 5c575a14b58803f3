import { type Data, isData } from '../data.ts';

/** The object with a default where a value is absent or null, at any depth. */
export function fill(object: Data, defaults: Data): Data {
  const result = { ...defaults };
  for (const [key, value] of Object.entries(object)) {
    if (value === null) continue;
    const fallback = defaults[key];
    result[key] = isData(value) && isData(fallback) ? fill(value, fallback) : value;
  }
  return result;
}
