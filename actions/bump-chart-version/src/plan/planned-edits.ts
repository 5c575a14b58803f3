import type { ParsedNode } from 'yaml';
import type { Difference } from '../edits/difference.ts';
import { type Addition, type Edit, insert, replace } from '../edits/edit.ts';
import { patch } from '../edits/patch.ts';
import { pathText } from '../yaml/path.ts';
import type { Embedding, YamlFile } from '../yaml/source.ts';
import { type Change, fileKey, fileOf, locationKey } from './change.ts';

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

/** Files with their edits applied, and what changed in them. */
export interface EditedFiles {
  changedValues: ChangedValue[];
  files: ChangedFile[];
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
  return [fileKey(file), document, nodePath.join('.')].join('\0');
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

/** The planned edits of one file, with those of the documents embedded in it. */
interface FileEdits {
  edits: Edit[];
  changes: Change[];
  /** The values that changed in embedded documents. */
  embedded: ChangedValue[];
  /** The paths of the block scalars that contain them. */
  blocks: string[];
}

/** Every file with its edits applied and verified. @throws {ActionError} when a file would contain anything but the planned changes */
export function applyEdits(planned: readonly PlannedEdit[]): EditedFiles {
  const perFile = [...groupByFile(planned)].map(([file, fileEdits]) => {
    const { text, bytes, effects } = patch(file, fileEdits.edits);
    return {
      changedFile: { path: file.path, old: file.text, text, bytes },
      changedValues: valuesOf(file, fileEdits, effects),
    };
  });
  return {
    changedValues: perFile.flatMap(({ changedValues }) => changedValues),
    files: perFile.map(({ changedFile }) => changedFile),
  };
}

/** The edits by file. Those of embedded documents are verified there and become edits of the file that contains them. */
function groupByFile(planned: readonly PlannedEdit[]): Map<YamlFile, FileEdits> {
  const byFile = new Map<YamlFile, FileEdits>();
  const editsOf = (file: YamlFile): FileEdits => {
    const existing = byFile.get(file) ?? { edits: [], changes: [], embedded: [], blocks: [] };
    byFile.set(file, existing);
    return existing;
  };
  for (const { change, edit } of planned) {
    const [file, ...around] = withFilesAround(fileOf(change));
    for (const outer of around.reverse()) editsOf(outer);
    editsOf(file).edits.push(edit);
    editsOf(file).changes.push(change);
  }
  // A document inside an embedded document comes first.
  for (const file of [...byFile.keys()].sort((a, b) => withFilesAround(b).length - withFilesAround(a).length)) {
    const { embedding } = file;
    if (embedding === undefined) continue;
    const fileEdits = editsOf(file);
    const { text, effects } = patch(file, fileEdits.edits);
    const outer = editsOf(embedding.file);
    outer.edits.push(...blockEdits(embedding, fileEdits.edits, text));
    outer.embedded.push(...valuesOf(file, fileEdits, effects));
    outer.blocks.push(pathText(embedding.exactSteps));
    byFile.delete(file);
  }
  return byFile;
}

/** A file, and those that it is embedded in. */
function withFilesAround(file: YamlFile): [YamlFile, ...YamlFile[]] {
  return file.embedding === undefined ? [file] : [file, ...withFilesAround(file.embedding.file)];
}

/** The edits of a file after which a block scalar has a new text: each changes a part of it. */
function blockEdits({ document, nodePath, toOuter }: Embedding, edits: readonly Edit[], text: string): Edit[] {
  return edits
    .filter(({ splice }) => splice.text !== '' || splice.end > splice.start)
    .map(({ splice }) => ({
      splice: toOuter(splice),
      document,
      nodePath,
      added: [],
      scalar: { text, as: 'string' },
    }));
}

/** The changed values of a file: those that were set, in the order of the file, then those that follow them. */
function valuesOf(
  file: YamlFile,
  { changes, embedded, blocks }: FileEdits,
  effects: readonly Difference[],
): ChangedValue[] {
  const set = [...changes.map(toChangedValue), ...embedded.filter(({ line }) => line !== undefined)];
  const follow = followingValues(file, changes, effects).filter(({ path }) => !blocks.includes(path));
  return [
    ...set.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    ...follow,
    ...embedded.filter(({ line }) => line === undefined),
  ];
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
  const prefix = file.embedding === undefined ? '' : `${pathText(file.embedding.exactSteps)}|`;
  return effects
    .map(({ path, old, now }) => ({ file: file.path, line: undefined, path: `${prefix}${path}`, old, now }))
    .filter(({ path }) => !set.has(path));
}
