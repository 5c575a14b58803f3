import { at, type Path } from '../data.ts';
import type { Constraint } from './constraints.ts';
import type { Location } from './location.ts';
import { isSameScalar, matchesText, parsePattern } from './patterns.ts';
import { hasItemStep, resolveExpression, type TemplateScope, type ValueSource } from './scope.ts';
import { findValue, lookUp, type ValuesLayer } from './values.ts';

/** What sources are looked up with. */
export interface Finder {
  layers: readonly ValuesLayer[];
  constraints(): readonly Constraint[];
  /** Whether the position in the template is certain. */
  sure: boolean;
}

/**
 * The lines that set a value, of the sources that it may have.
 * @param rest the path in the source
 * @param rendered what was rendered from it; `undefined` for a value that is not rendered
 */
export function findSources(
  sources: readonly ValueSource[],
  rest: Path,
  { layers, constraints, sure }: Finder,
  rendered?: unknown,
): Location[] {
  return sources.flatMap((source) => {
    if (source.is === 'merged') {
      const found = findSources(source.of, rest, { layers, constraints, sure }, rendered);
      const isKnown = source.of.every(({ is }) => is === 'values');
      return found.map((location) => ({ ...location, exact: location.exact && isKnown }));
    }
    const path = chooseSource(source, layers);
    if (path === undefined) return [];
    const whole = [...path, ...rest];
    const found = findValue(layers, whole, hasItemStep(whole) ? constraints() : []);
    if (found === undefined || found.depth < whole.length || !canRender(found.value, rendered)) return [];
    return [{ file: found.file, line: found.line, exact: found.sure && sure }];
  });
}

/** The values path of a source. Of several, it is the first that is not empty. */
function chooseSource(source: ValueSource, layers: readonly ValuesLayer[]): Path | undefined {
  if (source.is === 'values') return source.path;
  if (source.is !== 'first') return undefined;
  for (const part of source.of) {
    if (part.is !== 'values' || hasItemStep(part.path)) return undefined;
    if (!isEmpty(lookUp(layers, part.path))) return part.path;
  }
  return undefined;
}

/**
 * Whether the value of an action is decided on its line: it has a default for values that are empty, or what Helm supplies. A value that
 * is computed from others may be wrong because of them.
 */
export function isOwnValue(action: { text: string; scope: TemplateScope }, layers: readonly ValuesLayer[]): boolean {
  const text = action.text.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""');
  if (/\b(?:include|template|tpl|lookup|index|get|dig)\b/.test(text)) return false;
  const names = text.match(/[$.][\w$.]*/g) ?? [];
  return names.every((name) => {
    if (/^\$?\.(?:Release|Chart|Capabilities|Template)\b/.test(name)) return true;
    const source = resolveExpression(name, action.scope);
    return source.is === 'values' && !hasItemStep(source.path) && isEmpty(lookUp(layers, source.path));
  });
}

/** As Go's templates define it: https://pkg.go.dev/text/template */
const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === '' ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/**
 * Whether a value, which may be a template, can have rendered another one. A key that was left out is `null`: only the empty value is
 * the reason for that.
 */
function canRender(value: unknown, rendered: unknown): boolean {
  if (rendered === undefined) return true;
  if (rendered === null) return isEmpty(value);
  if (typeof value === 'object' && value !== null)
    return typeof rendered === 'object' && Array.isArray(value) === Array.isArray(rendered);
  if (typeof value !== 'string' || !value.includes('{{')) return isSameScalar(value, rendered);
  const pattern = parsePattern(value);
  return pattern === undefined || typeof rendered !== 'string' || matchesText(pattern, rendered);
}

/** Whether the values at a source may have a key. */
export function mayHave(layers: readonly ValuesLayer[], source: ValueSource, key: string | number): boolean {
  if (source.is !== 'values' || hasItemStep(source.path)) return true;
  return at(lookUp(layers, source.path), key) !== undefined;
}
