/**
 * The syntax of schedules. Source: `ParseStandard` of https://github.com/robfig/cron/blob/v3.0.1/parser.go, which the API
 * server uses.
 */
interface Bounds {
  min: number;
  max: number;
  names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];

const DESCRIPTORS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

const MAX_DURATION = 100;
/** A duration of Go: https://pkg.go.dev/time#ParseDuration */
const DURATION = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

/** What is wrong with a schedule; `undefined` when it is valid. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.includes('TZ')) return 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
  if (schedule.startsWith('@')) return descriptorProblem(schedule);
  const fields = schedule.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length)
    return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, bounds] of FIELDS.entries())
    for (const part of (fields[index] ?? '').split(',').filter((text) => text !== '')) {
      const problem = rangeProblem(part, bounds);
      if (problem !== undefined) return problem;
    }
  return undefined;
}

function descriptorProblem(descriptor: string): string | undefined {
  if (descriptor.startsWith('@every ')) {
    const duration = descriptor.slice('@every '.length);
    return duration.length <= MAX_DURATION && DURATION.test(duration)
      ? undefined
      : `failed to parse duration ${descriptor}`;
  }
  return DESCRIPTORS.includes(descriptor) ? undefined : `unrecognized descriptor: ${descriptor}`;
}

/** number | number "-" number, and optionally "/" number */
function rangeProblem(text: string, bounds: Bounds): string | undefined {
  const [range = '', step, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreNumbers] = range.split('-');
  const anything = low === '*' || low === '?';
  if (!anything && moreNumbers.length > 0) return `too many hyphens: ${text}`;
  const start = anything ? bounds.min : parseNumber(low, bounds.names);
  if (start === undefined) return `failed to parse int from ${low}`;
  const given = anything ? bounds.max : high === undefined ? start : parseNumber(high, bounds.names);
  if (given === undefined) return `failed to parse int from ${high}`;
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  const size = step === undefined ? 1 : parseNumber(step, []);
  if (size === undefined) return `failed to parse int from ${step}`;
  const end = step !== undefined && high === undefined ? bounds.max : given;
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${text}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return size === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

function parseNumber(text: string, names: readonly string[]): number | undefined {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return names === MONTHS ? named + 1 : named;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}
