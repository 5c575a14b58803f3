import { parseDuration } from '../../cel/functions/time-text.ts';

const UNITS = ['ns', 'us', 'µs', 'ms', 's', 'm', 'h', 'hr', 'd', 'w', 'wk'];
const LONG_UNITS = ['nano', 'micro', 'milli', 'sec', 'min', 'hour', 'day', 'week'];

/**
 * A duration as Go writes it, or with other units: `2 days`. Older versions of the API server accept a text in which one is anywhere.
 * Source: kube-openapi/pkg/validation/strfmt/duration.go
 */
export function isDuration(text: string): boolean {
  if (parseDuration(text) !== undefined) return true;
  return [...text.matchAll(/\d\s*([A-Za-zµ]+)/g)].some(([, unit = '']) => {
    const lower = unit.toLowerCase();
    return UNITS.includes(lower) || LONG_UNITS.some((long) => lower.startsWith(long));
  });
}
