import { closestName } from '../../../lib/similar-names.ts';
import { formatPath, isData, type Path } from '../data.ts';

/** What a value of a rules file must be. */
export type Shape =
  | 'text'
  | 'number'
  | 'any'
  | { choice: readonly string[] }
  | { list: Shape }
  | { fields: Readonly<Record<string, Shape>>; required?: readonly string[] };

export interface ShapeProblem {
  path: Path;
  /** A sentence without its end: `rules[0].check is missing`. */
  message: string;
}

/** Everything in which a value differs from its shape. A key without a value counts as missing. */
export function findShapeProblems(value: unknown, shape: Shape, path: Path = []): ShapeProblem[] {
  const problem = (text: string): ShapeProblem[] => [
    { path, message: `${formatPath(path) || 'the document'} ${text}` },
  ];
  if (shape === 'any') return [];
  if (shape === 'text') return typeof value === 'string' ? [] : problem('is not a string; put it in quotes');
  if (shape === 'number') return typeof value === 'number' ? [] : problem('is not a number');
  if ('choice' in shape)
    return shape.choice.some((text) => text === value) ? [] : problem(`is not one of ${shape.choice.join(', ')}`);
  if ('list' in shape)
    return Array.isArray(value)
      ? value.flatMap((item, index) => findShapeProblems(item, shape.list, [...path, index]))
      : problem('is not a list');
  if (!isData(value)) return problem('is not a mapping');
  const missing = (shape.required ?? []).filter((key) => value[key] === undefined || value[key] === null);
  return [
    ...missing.flatMap((key) => ({ path, message: `${formatPath([...path, key])} is missing` })),
    ...Object.entries(value).flatMap(([key, field]) => findFieldProblems(key, field, shape.fields, path)),
  ];
}

function findFieldProblems(
  key: string,
  value: unknown,
  fields: Readonly<Record<string, Shape>>,
  path: Path,
): ShapeProblem[] {
  const here = [...path, key];
  if (Object.hasOwn(fields, key)) return value === null ? [] : findShapeProblems(value, fields[key] ?? 'any', here);
  const guess = closestName(key, Object.keys(fields));
  const advice = guess === undefined ? `; known are ${Object.keys(fields).join(', ')}` : `; did you mean ${guess}?`;
  return [{ path: here, message: `${formatPath(here)} is unknown${advice}` }];
}
