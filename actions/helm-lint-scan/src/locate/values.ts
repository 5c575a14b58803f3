import { at, type Path } from '../data.ts';
import type { YamlDocument } from '../manifests/yaml.ts';
import { getItems } from './items.ts';

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
  /** Whether a `*` in the path had to be guessed. */
  sure: boolean;
}

/**
 * The line that sets a value, in the file of highest precedence that does.
 * @param layers lowest precedence first
 * @param path may contain `*` for an item that is known only when rendering
 * @param name the name of the resource, which decides between several items
 */
export function findValue(layers: readonly ValuesLayer[], path: Path, name: string): ValueLocation | undefined {
  let best: ValueLocation | undefined;
  for (const { file, document, prefix } of layers) {
    // Every chart reads the same `global`, at the root of the values of its parent.
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

/** Replace each `*` by an existing item: the one that the resource is named after, otherwise the last. */
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
