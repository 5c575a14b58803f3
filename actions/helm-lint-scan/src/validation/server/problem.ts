import { closestName } from '../../../../lib/similar-names.ts';
import { at, formatPath, isData } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import { isSecretAt } from '../../secrets.ts';
import type { SchemaProblem } from '../explain.ts';
import type { FieldError } from './field.ts';

/** `spec.type: Unsupported value: "Loadbalancer": supported values: "ClusterIP", …; did you mean LoadBalancer?` */
export function toProblem(error: FieldError, resource: Resource): SchemaProblem {
  const { path, reason, detail } = error;
  const shown = error.value === undefined ? [] : [formatValue(error, resource)];
  const choices =
    error.choices.length === 0 ? '' : `supported values: ${error.choices.map((choice) => `"${choice}"`).join(', ')}`;
  const where = path.length === 0 ? 'the object' : formatPath(path);
  const text = [where, reason, ...shown, detail, choices].filter((part) => part !== '').join(': ');
  const isAbsent = at(resource.object, ...path) === undefined;
  return { path, about: isAbsent ? 'absent' : error.isKey ? 'key' : 'value', message: `${text}${suggest(error)}` };
}

const MAX_SHOWN = 80;

function formatValue({ value, path, isKey }: FieldError, resource: Resource): string {
  if (Array.isArray(value) || isData(value)) return '';
  if (!isKey && isSecretAt(resource, path)) return '';
  const text = JSON.stringify(value) ?? '';
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 3)}...` : text;
}

function suggest({ value, choices }: FieldError): string {
  if (typeof value !== 'string' || choices.length === 0) return '';
  const guess = closestName(value, choices);
  return guess === undefined || guess === '' ? '' : `; did you mean ${guess}?`;
}
