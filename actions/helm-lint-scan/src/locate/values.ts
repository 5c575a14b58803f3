import { at, type Path } from '../data.ts';
import type { YamlDocument } from '../manifests/yaml.ts';
import { getItems } from './items.ts';

/** One file of values and where the chart's values begin in it: a parent's values for a dependency stand below its key. */
export interface ValuesLayer {
  file: string;
  document: YamlDocument;
  prefix: Path;
}

export interface ValueLocation {
  file: string;
  line: number;
  /** Steps of the path that were found. */
  depth: number;
  /** Whether a `*` in the path had to be guessed. */
  sure: boolean;
}

/**
 * The line that sets a value, in the highest file that does.
 * @param layers lowest first
 * @param path may hold `*` for an item that only the run knows
 * @param name of the resource: of several items, the one that it is called after is meant
 */
export function findValue(layers: readonly ValuesLayer[], path: Path, name: string): ValueLocation | undefined {
  let best: ValueLocation | undefined;
  for (const { file, document, prefix } of layers) {
    // Every chart sees the same `global`, which stands at the root of the parent's values.
    const root = path[0] === 'global' ? [] : prefix;
    const resolved = resolveItems(at(document.value, ...root), path, name);
    if (resolved === undefined) continue;
    const found = document.find([...root, ...resolved.path]);
    const depth = found.depth - root.length;
    if (depth > 0 && depth >= (best?.depth ?? 0)) best = { file, line: found.line, depth, sure: resolved.sure };
  }
  return best;
}

interface Expanded {
  path: Path;
  sure: boolean;
}

/** Put an item that there is instead of each `*`: the one that the resource is called after, or else the last. */
function resolveItems(value: unknown, path: Path, name: string): Expanded | undefined {
  const star = path.indexOf('*');
  if (star < 0) return { path, sure: true };
  const before = path.slice(0, star);
  const rest = path.slice(star + 1);
  const holder = at(value, ...before);
  const { keys, sure } = getItems(holder).choose(rest, name);
  for (const key of keys) {
    const inner = resolveItems(at(holder, key), rest, name);
    if (inner !== undefined) return { path: [...before, key, ...inner.path], sure: inner.sure && sure };
  }
  return undefined;
}
