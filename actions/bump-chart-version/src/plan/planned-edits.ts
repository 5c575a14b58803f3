import type { ParsedNode } from 'yaml';
import type { Difference } from '../yaml/difference.ts';
import { type Addition, type Edit, insert, replace } from '../yaml/edit.ts';
import { patch } from '../yaml/patch.ts';
import type { YamlFile } from '../yaml/source.ts';
import { type Change, fileOf, locationKey } from './change.ts';

/** One changed value, for people. */
export interface ChangedValue {
  file: string;
  /** 1-based, in the old file; `undefined` where the value only follows another by an alias or a merge key. */
  line: number | undefined;
  path: string;
  /** Empty when it had no value. */
  old: string;
  now: string;
}

export interface ChangedFile {
  path: string;
  old: string;
  text: string;
  bytes: Uint8Array;
}

/** A change and its edit of the file. */
export interface PlannedEdit {
  change: Change;
  edit: Edit;
}

/** The edits that make the changes, and what prevents others. */
export function planEdits(changes: readonly Change[]): { edits: PlannedEdit[]; problems: string[] } {
  const { distinct, problems } = withoutDuplicates(changes);
  const edits = new Map<Change, Edit>();
  const extended = new Set<string>();
  const groups = Map.groupBy(distinct, (change) => [mappingKey(change), firstMissingKey(change)].join('\0'));
  for (const group of groups.values()) {
    const [change] = group as [Change];
    const mapping = mappingKey(change);
    const additions = group.flatMap(({ location, scalar }) =>
      'missingKey' in location ? { missingKey: location.missingKey, scalar } : [],
    );
    const planned =
      additions.length > 0
        ? insert(additions as [Addition, ...Addition[]], { after: change.after, isFollowing: extended.has(mapping) })
        : replacement(change);
    if ('problem' in planned) problems.push(planned.problem);
    else for (const [index, edit] of planned.entries()) edits.set(group[index] as Change, edit);
    extended.add(mapping);
  }
  return {
    edits: distinct.flatMap((change) => {
      const edit = edits.get(change);
      return edit === undefined ? [] : [{ change, edit }];
    }),
    problems,
  };
}

/** Identifies the mapping that gets a key, or the value that is replaced. */
function mappingKey({ location }: Change): string {
  const { file, document, nodePath } = 'node' in location ? location.node : location.missingKey;
  return [file.path, document, nodePath.join('.')].join('\0');
}

const firstMissingKey = ({ location }: Change): string | undefined =>
  'missingKey' in location ? location.missingKey.keys[0] : undefined;

function replacement({ location, scalar }: Change): Edit[] | { problem: string } {
  if ('missingKey' in location) return [];
  const edit = replace(location.node, scalar);
  return 'problem' in edit ? edit : [edit];
}

/** Each location once. Two changes of one location must set the same value. */
function withoutDuplicates(changes: readonly Change[]): { distinct: Change[]; problems: string[] } {
  const byLocation = new Map<string, Change>();
  const problems: string[] = [];
  for (const change of changes) {
    const key = locationKey(change);
    const first = byLocation.get(key);
    if (first === undefined) byLocation.set(key, change);
    else if (first.scalar.text !== change.scalar.text) {
      const { path } = 'node' in change.location ? change.location.node : change.location.missingKey;
      problems.push(
        `${fileOf(change).path}: conflicting values for ${path}: ${JSON.stringify(first.scalar.text)} and ${JSON.stringify(change.scalar.text)}`,
      );
    }
  }
  return { distinct: [...byLocation.values()], problems };
}

/** Every file with its edits applied and verified. @throws {ActionError} when a file would contain anything but the planned changes */
export function applyEdits(edits: readonly PlannedEdit[]): { changedValues: ChangedValue[]; files: ChangedFile[] } {
  const perFile = [...Map.groupBy(edits, ({ change }) => fileOf(change))].map(([file, planned]) => {
    const { text, bytes, effects } = patch(
      file,
      planned.map(({ edit }) => edit),
    );
    const changes = planned.map(({ change }) => change);
    const set = changes.map(toChangedValue).sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    return {
      changedFile: { path: file.path, old: file.text, text, bytes },
      changedValues: [...set, ...followingValues(file, changes, effects)],
    };
  });
  return {
    changedValues: perFile.flatMap(({ changedValues }) => changedValues),
    files: perFile.map(({ changedFile }) => changedFile),
  };
}

function toChangedValue({ location, scalar }: Change): ChangedValue {
  if ('missingKey' in location) {
    const { file, path, map, pair } = location.missingKey;
    const start = map ?? (pair?.key as ParsedNode | undefined);
    return { file: file.path, line: file.lineAt(start?.range?.[0] ?? 0), path, old: '', now: scalar.text };
  }
  const { file, line, path, scalar: oldScalar } = location.node;
  const old = typeof oldScalar?.value === 'string' ? oldScalar.value : (oldScalar?.source ?? '');
  return { file: file.path, line, path, old, now: scalar.text };
}

/** The values that change because an alias or a merge key leads to a changed scalar. */
function followingValues(file: YamlFile, changes: readonly Change[], effects: readonly Difference[]): ChangedValue[] {
  const set = new Set(
    changes.map(({ location }) => ('node' in location ? location.node.exactPath : location.missingKey.path)),
  );
  return effects
    .filter(({ path }) => !set.has(path))
    .map(({ path, old, now }) => ({ file: file.path, line: undefined, path, old, now }));
}
