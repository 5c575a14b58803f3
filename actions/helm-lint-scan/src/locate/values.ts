import { at, isData, type Path } from '../data.ts';
import type { YamlDocument } from '../manifests/yaml.ts';
import type { Constraint } from './constraints.ts';
import { getItems } from './items.ts';
import { isItemStep } from './scope.ts';

/** A values file and the path at which the values of the chart begin: those for a dependency are below its key. */
export interface ValuesLayer {
  file: string;
  document: YamlDocument;
  prefix: Path;
}

export interface ValueLocation {
  file: string;
  line: number;
  /** The number of steps of the path that were found. */
  depth: number;
  /** Whether every `*` in the path is known. */
  sure: boolean;
  value: unknown;
}

/** Every chart reads the same `global`, at the root of the values of its parent. */
const rootOf = ({ prefix }: ValuesLayer, path: Path): Path => (path[0] === 'global' ? [] : prefix);

/**
 * The line that sets a value, in the file of highest precedence that does.
 * @param layers lowest precedence first
 * @param path may contain `*` for an item that is known only when rendering
 * @param constraints what the items were recognized by
 */
export function findValue(
  layers: readonly ValuesLayer[],
  path: Path,
  constraints: readonly Constraint[] = [],
): ValueLocation | undefined {
  let best: ValueLocation | undefined;
  for (const layer of [...layers].reverse()) {
    const root = rootOf(layer, path);
    const values = at(layer.document.value, ...root);
    const resolved = resolveItems(values, path, constraints, 0);
    if (resolved !== undefined) {
      const found = layer.document.find([...root, ...resolved.path]);
      const depth = found.depth - root.length;
      if (depth > 0 && depth > (best?.depth ?? 0))
        best = { file: layer.file, line: found.line, depth, sure: resolved.sure, value: at(values, ...resolved.path) };
    }
    if (hides(values, path)) break;
  }
  return best;
}

/** The value at a path without `*`, in the file of highest precedence that sets it; `undefined` if none does. */
export function lookUp(layers: readonly ValuesLayer[], path: Path): unknown {
  for (const layer of [...layers].reverse()) {
    const values = at(layer.document.value, ...rootOf(layer, path));
    const value = at(values, ...path);
    if (value !== undefined) return value;
    if (hides(values, path)) return undefined;
  }
  return undefined;
}

/** Whether a value on the path replaces what lower files set: all but mappings do. */
function hides(values: unknown, path: Path): boolean {
  let here = values;
  for (const step of path) {
    if (here === undefined) return false;
    if (!isData(here)) return true;
    if (isItemStep(step)) return false;
    here = at(here, step);
  }
  return here !== undefined && !isData(here);
}

interface Expanded {
  path: Path;
  sure: boolean;
}

/** Replace each `*` from a position on by an item that has the rest of the path and fits the constraints. */
function resolveItems(
  values: unknown,
  path: Path,
  constraints: readonly Constraint[],
  from: number,
): Expanded | undefined {
  const star = path.findIndex((step, index) => index >= from && isItemStep(step));
  if (star < 0) return { path, sure: true };
  const before = path.slice(0, star);
  const rest = path.slice(star + 1);
  const holder = at(values, ...before);
  // Those that are decided by this item.
  const own = constraints.flatMap((constraint) => {
    const given = constraint.path;
    // The text itself names the item.
    if (given.length === 1 && given[0] === path[star] && constraint.isKey) return [{ constraint, rest: [] }];
    const isHere = given.findLastIndex(isItemStep) === star && given[star] === path[star];
    const fits = isHere && before.every((step, index) => given[index] === step || isItemStep(given[index]));
    return fits ? [{ constraint, rest: given.slice(star + 1) }] : [];
  });
  const { keys, sure } = getItems(holder).choose(rest, own);
  let found: Expanded | undefined;
  for (const key of keys) {
    const inner = resolveItems(values, [...before, key, ...rest], constraints, star + 1);
    if (inner === undefined) continue;
    // Another item has the path too.
    if (found !== undefined) return { ...found, sure: false };
    found = { path: inner.path, sure: inner.sure && sure };
    if (keys.length > MAX_BRANCHES) return { ...found, sure: false };
  }
  return found;
}

/** With more candidates than this, the first is a guess. */
const MAX_BRANCHES = 10;
