import { at, type Data, dataAt, isData, listAt, stringAt } from '../data.ts';
import { labelsAt } from './workloads.ts';

/** Whether the labels contain every wanted label. */
export function matchesLabels(
  wanted: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** Whether a LabelSelector selects these labels; an empty one selects everything. */
export function matchesSelector(selector: Data, labels: Readonly<Record<string, string>>): boolean {
  return (
    matchesLabels(labelsAt(selector, 'matchLabels'), labels) &&
    listAt(selector, 'matchExpressions').every((expression) => matchesExpression(expression, labels))
  );
}

function matchesExpression(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const key = stringAt(expression, 'key') ?? '';
  const value = labels[key];
  const values = listAt(expression, 'values');
  switch (stringAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      // The schema reports an unknown operator; here it must not hide a match.
      return true;
  }
}

/** The LabelSelector at a key of the spec, or `undefined` when there is none. */
export function selectorAt(object: Data, key: string): Data | undefined {
  const selector = at(dataAt(object, 'spec'), key);
  return isData(selector) ? selector : undefined;
}
