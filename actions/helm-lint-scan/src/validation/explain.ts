import type { ErrorObject } from 'ajv';
import { closestName } from '../../../lib/similar-names.ts';
import { formatPath, isData, type Path, parsePointer } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { isSecretAt } from '../secrets.ts';

export interface SchemaProblem {
  path: Path;
  /** `key`: the key is invalid; `value`: the value is invalid; `absent`: the key is missing. */
  about: 'key' | 'value' | 'absent';
  message: string;
}

/** What failed keywords mean, each once. */
export function explainErrors(errors: readonly ErrorObject[], resource: Resource): SchemaProblem[] {
  const problems = new Map<string, SchemaProblem>();
  for (const error of errors) {
    const problem = explain(error, resource);
    if (problem !== undefined) problems.set(`${problem.path.join('\n')}\n${problem.message}`, problem);
  }
  return [...problems.values()];
}

/**
 * A failed keyword as a message for the author of a chart; `undefined` when another error is more precise.
 * @param resource with the error: only the type is shown of values that may be secrets
 */
function explain(error: ErrorObject, resource: Resource): SchemaProblem | undefined {
  const path = parsePointer(error.instancePath);
  const parameters = error.params as Record<string, unknown>;
  const value = isSecretAt(resource, path) ? describeType(error.data) : formatValue(error.data);
  const where = path.length === 0 ? 'the object' : formatPath(path);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(parameters.additionalProperty);
      const knownKeys = isData(error.parentSchema?.properties) ? Object.keys(error.parentSchema.properties) : [];
      const guess = closestName(key, knownKeys);
      const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
      return { path: [...path, key], about: 'key', message: `${formatPath([...path, key])} is not a known key${hint}` };
    }
    case 'required': {
      const key = String(parameters.missingProperty);
      return { path: [...path, key], about: 'absent', message: `${where} has no ${key}, which is required` };
    }
    case 'type':
      return { path, about: 'value', message: `${where} must be ${formatChoices(error.schema)}, but is ${value}` };
    case 'enum':
      return { path, about: 'value', message: `${where} must be ${formatChoices(error.schema)}, but is ${value}` };
    case 'format':
      return {
        path,
        about: 'value',
        message: `${where} is not ${FORMAT_DESCRIPTIONS[String(parameters.format)] ?? `a valid ${parameters.format}`}: ${value}`,
      };
    // The errors of the branches are reported instead.
    case 'anyOf':
    case 'allOf':
    case 'if':
      return undefined;
    default:
      return { path, about: 'value', message: `${where} ${error.message ?? `violates ${error.keyword}`}` };
  }
}

const FORMAT_DESCRIPTIONS: Record<string, string> = {
  quantity: 'a quantity (like 250m, 1.5 or 64Mi)',
  byte: 'Base64',
  datetime: 'a date and time (like 2026-01-02T03:04:05Z)',
  'date-time': 'a date and time (like 2026-01-02T03:04:05Z)',
  int32: 'a whole number of 32 bits (at most 2147483647)',
  int64: 'a whole number of 64 bits (at most 9223372036854775807)',
  date: 'a date (like 2026-01-02)',
  duration: 'a duration (like 1h30m)',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  cidr: 'a network (like 10.0.0.0/8)',
  email: 'an email address',
  hostname: 'a host name',
  mac: 'a MAC address',
  uri: 'a URL, or a path that begins with a slash',
  uuid: 'a UUID',
};

function formatChoices(choices: unknown): string {
  const list = (Array.isArray(choices) ? choices : [choices]).filter((choice) => choice !== 'null' && choice !== null);
  return list.map((choice) => (typeof choice === 'string' ? choice : JSON.stringify(choice))).join(' or ');
}

function formatValue(value: unknown): string {
  if (Array.isArray(value) || isData(value)) return describeType(value);
  const text = JSON.stringify(value) ?? 'nothing';
  const type = typeof value === 'string' ? 'the string ' : '';
  return `${type}${text.length > 60 ? `${text.slice(0, 57)}..."` : text}`;
}

function describeType(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isData(value)) return 'a mapping';
  if (typeof value === 'string') return 'a string';
  return value === null || value === undefined ? 'nothing' : `a ${typeof value}`;
}
