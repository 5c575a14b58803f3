import { EvaluationError } from '../errors.ts';
import { isInt, isList, isText, type Value } from '../values.ts';
import { toText } from './conversions.ts';
import type { CelFunction, FunctionTable } from './function.ts';

/** Positions count characters, not the halves of surrogate pairs. */
const characters = (text: string): string[] => [...text];

const onText =
  (apply: (text: string) => Value): CelFunction =>
  ([value, ...others]) =>
    isText(value) && others.length === 0 ? apply(value) : undefined;

const onTexts =
  (apply: (text: string, other: string) => Value): CelFunction =>
  ([value, other, ...others]) =>
    isText(value) && isText(other) && others.length === 0 ? apply(value, other) : undefined;

/** The optional position of a call; `undefined` when the value is none. */
function positionOf(value: Value | undefined, [fallback, length]: readonly [number, number]): number | undefined {
  if (value === undefined) return fallback;
  if (!isInt(value)) return undefined;
  if (value < 0n || value > BigInt(length)) throw new EvaluationError(`index out of range: ${value}`);
  return Number(value);
}

const charAt: CelFunction = ([value, position]) => {
  if (!isText(value) || position === undefined) return undefined;
  const all = characters(value);
  const index = positionOf(position, [0, all.length]);
  return index === undefined ? undefined : (all[index] ?? '');
};

const substring: CelFunction = ([value, start, end]) => {
  if (!isText(value) || start === undefined) return undefined;
  const all = characters(value);
  const from = positionOf(start, [0, all.length]);
  const to = positionOf(end, [all.length, all.length]);
  if (from === undefined || to === undefined) return undefined;
  if (from > to) throw new EvaluationError(`invalid substring range. start: ${from}, end: ${to}`);
  return all.slice(from, to).join('');
};

/** Only texts without surrogate pairs, in which positions are the same in JavaScript. */
const indexOf =
  (find: (text: string, part: string) => number): CelFunction =>
  ([value, part, ...others]) => {
    if (!isText(value) || !isText(part) || others.length > 0) return undefined;
    return characters(value).length === value.length ? BigInt(find(value, part)) : undefined;
  };

const replace: CelFunction = ([value, part, replacement, limit], { budget }) => {
  if (!isText(value) || !isText(part) || !isText(replacement)) return undefined;
  if (part === '' || (limit !== undefined && !isInt(limit))) return undefined;
  budget.spend(value.length * (1 + replacement.length / 10));
  const parts = value.split(part);
  const count = limit === undefined || limit < 0n ? parts.length : Number(limit);
  const head = parts.slice(0, count + 1).join(replacement);
  return [head, ...parts.slice(count + 1)].join(part);
};

const split: CelFunction = ([value, separator, limit]) => {
  if (!isText(value) || !isText(separator) || (limit !== undefined && !isInt(limit))) return undefined;
  const parts = separator === '' ? characters(value) : value.split(separator);
  if (limit === undefined || limit < 0n || BigInt(parts.length) <= limit) return parts;
  if (limit === 0n) return [];
  const count = Number(limit) - 1;
  return [...parts.slice(0, count), parts.slice(count).join(separator)];
};

const join: CelFunction = ([list, separator = '']) =>
  isList(list) && isText(separator) && list.every(isText) ? list.join(separator) : undefined;

/** `'%s has %d'.format([…])`, only with the verbs that need no number format. */
const format: CelFunction = ([template, values]) => {
  if (!isText(template) || !isList(values)) return undefined;
  let next = 0;
  let isSupported = true;
  const text = template.replaceAll(/%(.?)/gs, (_, verb: string) => {
    if (verb === '%') return '%';
    const value = values[next++];
    const shown = verb === 's' ? toText(value) : verb === 'd' && isInt(value) ? String(value) : undefined;
    isSupported &&= shown !== undefined;
    return shown ?? '';
  });
  return isSupported ? text : undefined;
};

const matches: CelFunction = ([value, pattern], { patterns, budget }) => {
  if (!isText(value) || !isText(pattern)) return undefined;
  budget.spend((value.length * pattern.length) / 100);
  return compile(pattern, patterns).test(value);
};

function compile(pattern: string, patterns: Parameters<CelFunction>[1]['patterns']) {
  const compiled = patterns.compile(pattern);
  if ('problem' in compiled) throw new EvaluationError(`error parsing regexp: ${compiled.problem}`);
  return compiled;
}

const findAll =
  (first: boolean): CelFunction =>
  ([value, pattern, limit], { patterns, budget }) => {
    if (!isText(value) || !isText(pattern) || (limit !== undefined && !isInt(limit))) return undefined;
    budget.spend((value.length * pattern.length) / 100);
    const count = first ? 1 : limit === undefined || limit < 0n ? value.length + 1 : Number(limit);
    const found = compile(pattern, patterns).findAll(value, count);
    return first ? (found[0] ?? '') : found;
  };

const lower = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
const upper = (text: string): string => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());

/**
 * Source: https://github.com/google/cel-go/blob/master/ext/strings.go, and apiserver/pkg/cel/library/regex.go of Kubernetes for `find`
 * and `findAll`
 */
export const stringFunctions: FunctionTable = {
  '.startsWith': onTexts((text, part) => text.startsWith(part)),
  '.endsWith': onTexts((text, part) => text.endsWith(part)),
  '.contains': onTexts((text, part) => text.includes(part)),
  '.lowerAscii': onText(lower),
  '.upperAscii': onText(upper),
  '.trim': onText((text) => text.trim()),
  '.charAt': charAt,
  '.substring': substring,
  '.indexOf': indexOf((text, part) => text.indexOf(part)),
  '.lastIndexOf': indexOf((text, part) => text.lastIndexOf(part)),
  '.replace': replace,
  '.split': split,
  '.join': join,
  '.format': format,
  matches,
  '.matches': matches,
  '.find': findAll(true),
  '.findAll': findAll(false),
};
