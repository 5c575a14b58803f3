import type { ParsedNode } from 'yaml';
import { fileOf, placeKey, type Wish } from './wishes.ts';
import type { Difference } from './yaml/difference.ts';
import { type Addition, type Edit, insert, replace } from './yaml/edit.ts';
import { patch } from './yaml/patch.ts';
import type { YamlFile } from './yaml/source.ts';

/** One changed value, for people. */
export interface Row {
  file: string;
  /** 1-based, in the old file; `undefined` where the value only follows another by an alias or a merge key. */
  line: number | undefined;
  path: string;
  /** Empty when there was nothing. */
  old: string;
  now: string;
}

export interface ChangedFile {
  path: string;
  old: string;
  text: string;
  bytes: Uint8Array;
}

/** A wish and what it does to its file; no edit when it cannot be granted. */
export interface Granted {
  wish: Wish;
  edit: Edit | undefined;
}

/** The edits that grant the wishes; what stands in the way is added to `problems`. */
export function editsFor(asked: readonly Wish[], problems: string[]): Granted[] {
  const wishes = unique(asked, problems);
  const edits = new Map<Wish, Edit>();
  const grown = new Set<string>();
  for (const group of Map.groupBy(wishes, (wish) => [mappingKey(wish), firstKey(wish)].join('\0')).values()) {
    const [{ after }] = group as [Wish];
    const mapping = mappingKey(group[0] as Wish);
    const additions = group.flatMap(({ place, scalar }) => ('gap' in place ? { gap: place.gap, scalar } : []));
    const made =
      additions.length > 0
        ? insert(additions as [Addition, ...Addition[]], { after, follows: grown.has(mapping) })
        : replaced(group[0] as Wish);
    if ('problem' in made) problems.push(made.problem);
    else for (const [index, edit] of made.entries()) edits.set(group[index] as Wish, edit);
    grown.add(mapping);
  }
  return wishes.map((wish) => ({ wish, edit: edits.get(wish) }));
}

/** Which mapping gets a key, or which value is replaced. */
function mappingKey({ place }: Wish): string {
  const { file, document, trail } = 'target' in place ? place.target : place.gap;
  return [file.path, document, trail.join('.')].join('\0');
}

const firstKey = ({ place }: Wish): string | undefined => ('gap' in place ? place.gap.keys[0] : undefined);

function replaced({ place, scalar }: Wish): Edit[] | { problem: string } {
  if ('gap' in place) return [];
  const edit = replace(place.target, scalar);
  return 'problem' in edit ? edit : [edit];
}

/** Two wishes for one place are fine when they are the same. */
function unique(wishes: readonly Wish[], problems: string[]): Wish[] {
  const byPlace = new Map<string, Wish>();
  for (const wish of wishes) {
    const key = placeKey(wish);
    const other = byPlace.get(key);
    if (other === undefined) byPlace.set(key, wish);
    else if (other.scalar.text !== wish.scalar.text) {
      const path = 'target' in wish.place ? wish.place.target.path : wish.place.gap.path;
      problems.push(
        `${fileOf(wish).path}: ${path} shall be both ${JSON.stringify(other.scalar.text)} and ${JSON.stringify(wish.scalar.text)}`,
      );
    }
  }
  return [...byPlace.values()];
}

/** Every file with its edits in it, proven. @throws {ActionError} when a file would mean something else than was asked */
export function applyAll(edits: readonly Granted[]): { rows: Row[]; files: ChangedFile[] } {
  const rows: Row[] = [];
  const files: ChangedFile[] = [];
  for (const file of new Set(edits.map(({ wish }) => fileOf(wish)))) {
    const own = edits.filter(({ wish }) => fileOf(wish) === file);
    const { text, bytes, effects } = patch(
      file,
      own.flatMap(({ edit }) => edit ?? []),
    );
    files.push({ path: file.path, old: file.text, text, bytes });
    const named = own.map(({ wish }) => row(wish));
    rows.push(...named.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
    rows.push(
      ...dependents(
        file,
        own.map(({ wish }) => exactPath(wish)),
        effects,
      ),
    );
  }
  return { rows, files };
}

function row({ place, scalar }: Wish): Row {
  if ('gap' in place) {
    const { file, path, map, pair } = place.gap;
    const begin = map ?? (pair?.key as ParsedNode | undefined);
    return { file: file.path, line: file.lineAt(begin?.range?.[0] ?? 0), path, old: '', now: scalar.text };
  }
  const { file, line, path, scalar: old } = place.target;
  const before = typeof old?.value === 'string' ? old.value : (old?.source ?? '');
  return { file: file.path, line, path, old: before, now: scalar.text };
}

const exactPath = ({ place }: Wish): string => ('target' in place ? place.target.exactPath : place.gap.path);

/** The other places that change because an alias or a merge key leads to a changed scalar. */
function dependents(file: YamlFile, named: readonly string[], effects: readonly Difference[]): Row[] {
  return effects
    .filter(({ path }) => !named.includes(path))
    .map(({ path, old, now }) => ({ file: file.path, line: undefined, path, old, now }));
}
