import type { ErrorObject } from 'ajv';
import { isData, pathText, pointerPath } from '../data.ts';
import { nearest } from '../nearest.ts';
import type { SchemaProblem } from './validator.ts';

/** What a failed keyword means, in the words of someone who writes charts; `undefined` when another error says it better. */
export function explain(error: ErrorObject): SchemaProblem | undefined {
  const path = pointerPath(error.instancePath);
  const parameters = error.params as Record<string, unknown>;
  const where = path.length === 0 ? 'the object' : pathText(path);
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(parameters.additionalProperty);
      const known = isData(error.parentSchema?.properties) ? Object.keys(error.parentSchema.properties) : [];
      const guess = nearest(key, known);
      const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
      return { path: [...path, key], about: 'key', message: `${pathText([...path, key])} is not a known key${hint}` };
    }
    case 'required': {
      const key = String(parameters.missingProperty);
      return { path: [...path, key], about: 'absent', message: `${where} has no ${key}, which is required` };
    }
    case 'type':
      return { path, about: 'value', message: `${where} must be ${oneOf(error.schema)}, but is ${shown(error.data)}` };
    case 'enum':
      return { path, about: 'value', message: `${where} must be ${oneOf(error.schema)}, but is ${shown(error.data)}` };
    case 'format':
      return {
        path,
        about: 'value',
        message: `${where} is not ${FORMATS[String(parameters.format)] ?? `a valid ${parameters.format}`}: ${shown(error.data)}`,
      };
    // The branches that failed are reported themselves.
    case 'anyOf':
    case 'allOf':
    case 'if':
      return undefined;
    default:
      return { path, about: 'value', message: `${where} ${error.message ?? `breaks the rule ${error.keyword}`}` };
  }
}

const FORMATS: Record<string, string> = {
  quantity: 'a quantity (like 250m, 1.5 or 64Mi)',
  byte: 'Base64',
};

function oneOf(choices: unknown): string {
  const list = (Array.isArray(choices) ? choices : [choices]).filter((each) => each !== 'null' && each !== null);
  return list.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(' or ');
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isData(value)) return 'a mapping';
  const text = JSON.stringify(value) ?? 'nothing';
  const type = typeof value === 'string' ? 'the text ' : '';
  return `${type}${text.length > 60 ? `${text.slice(0, 57)}..."` : text}`;
}
