import { at, isData, type Path } from '../data.ts';
import type { YamlDocument } from '../manifests/yaml.ts';

/** One file of values and where the chart's values begin in it: a parent's values for a dependency stand below its key. */
export interface ValuesLayer {
  file: string;
  document: YamlDocument;
  prefix: Path;
}

export interface ValuesPlace {
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
export function findValue(layers: readonly ValuesLayer[], path: Path, name: string): ValuesPlace | undefined {
  const found = layers.flatMap(({ file, document, prefix }) => {
    // Every chart sees the same `global`, which stands at the root of the parent's values.
    const start = path[0] === 'global' ? [] : prefix;
    return expand(at(document.value, ...start), path, name).map(({ path: real, sure }) => {
      const { line, depth } = document.find([...start, ...real]);
      return { file, line, depth: depth - start.length, sure };
    });
  });
  return found
    .filter(({ depth }) => depth > 0)
    .reduce<ValuesPlace | undefined>(
      (best, place) => (best === undefined || place.depth >= best.depth ? place : best),
      undefined,
    );
}

interface Expanded {
  path: Path;
  sure: boolean;
}

/** Put the items that there are in the place of each `*`. */
function expand(value: unknown, path: Path, name: string): Expanded[] {
  const star = path.indexOf('*');
  if (star < 0) return [{ path, sure: true }];
  const before = path.slice(0, star);
  const rest = path.slice(star + 1);
  const holder = at(value, ...before);
  const keys = Array.isArray(holder) ? holder.map((_, index) => index) : isData(holder) ? Object.keys(holder) : [];
  const fitting = keys.filter((key) => at(holder, key, ...untilStar(rest)) !== undefined);
  const named = fitting.filter((key) => isNamedAfter(name, key, at(holder, key)));
  const chosen = named.length > 0 ? named : fitting;
  return chosen.flatMap((key) =>
    expand(value, [...before, key, ...rest], name).map((each) => ({ ...each, sure: each.sure && chosen.length === 1 })),
  );
}

const untilStar = (path: Path): Path => (path.includes('*') ? path.slice(0, path.indexOf('*')) : path);

/** `shop-web` is called after `web`, and after an item whose `name` is `web`. */
function isNamedAfter(name: string, key: string | number, item: unknown): boolean {
  const words = name.split('-');
  const own = typeof key === 'string' ? key : at(item, 'name');
  return typeof own === 'string' && (words.includes(own) || name.endsWith(`-${own}`) || name === own);
}
