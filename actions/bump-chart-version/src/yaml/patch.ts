import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, Pair, Scalar, YAMLMap } from 'yaml';
import { ActionError } from '../../../lib/errors.ts';
import { type Difference, differences } from './difference.ts';
import type { Edit, Splice } from './edit.ts';
import { valueIn } from './scalar.ts';
import {
  decodeUtf8,
  meaning,
  type ParsedDocument,
  parse,
  versionOf,
  type YamlFile,
  type YamlVersion,
} from './source.ts';

export interface Patched {
  bytes: Uint8Array;
  text: string;
  /** Every place whose value is another now, also where an alias or a merge key leads to a changed scalar. */
  effects: Difference[];
}

/**
 * Apply the edits and prove the result: every byte outside them is the old one, and the file means what it meant but for what was planned,
 * read by YAML 1.2 and by 1.1.
 * @throws {ActionError} when that is not so; nothing must be written then
 */
export function patch(file: YamlFile, edits: readonly Edit[]): Patched {
  const splices = edits.map(({ splice }) => splice).sort((a, b) => a.start - b.start || a.end - b.end);
  for (const [index, splice] of splices.entries()) {
    const before = splices[index - 1];
    if (before !== undefined && splice.start < before.end) throw unproven(file, 'two changes overlap');
  }
  const text = apply(file.text, splices);
  const bytes = new TextEncoder().encode(text);
  if (decodeUtf8(bytes) !== text) throw unproven(file, 'the new text cannot be encoded');
  if (!isUntouchedOutside(file.text, text, splices)) throw unproven(file, 'other bytes would change');
  const now = prove(file, text, edits, '1.2');
  prove(file, text, edits, '1.1');
  return { bytes, text, effects: differences(meaning(file.documents), now) };
}

function apply(text: string, splices: readonly Splice[]): string {
  let result = '';
  let from = 0;
  for (const { start, end, text: replacement } of splices) {
    result += text.slice(from, start) + replacement;
    from = end;
  }
  return result + text.slice(from);
}

/** Walk both texts at once: between the splices they must be the same. */
function isUntouchedOutside(old: string, now: string, splices: readonly Splice[]): boolean {
  let [inOld, inNow] = [0, 0];
  for (const { start, end, text } of [...splices, { start: old.length, end: old.length, text: '' }]) {
    const length = start - inOld;
    if (old.slice(inOld, start) !== now.slice(inNow, inNow + length)) return false;
    if (now.slice(inNow + length, inNow + length + text.length) !== text) return false;
    inOld = end;
    inNow += length + text.length;
  }
  return inNow === now.length;
}

/** What the new text means. @throws {ActionError} unless that is what the old one meant, with the edits */
function prove(file: YamlFile, text: string, edits: readonly Edit[], version: YamlVersion): unknown[] {
  const expected = parse(file.text, version);
  // A file that YAML 1.1 cannot read has no meaning there that could be kept.
  if (version === '1.1' && expected.some(({ errors }) => errors.length > 0)) return [];
  for (const edit of edits) plant(file, expected, edit);
  const actual = parse(text, version);
  const fault = actual.flatMap(({ errors }) => errors)[0];
  if (fault !== undefined) throw unproven(file, `the result is not valid YAML ${version}: ${fault.message}`);
  const now = meaning(actual);
  if (!isDeepStrictEqual(now, meaning(expected))) {
    throw unproven(file, `read by YAML ${version}, the result would differ in more than what was asked`);
  }
  return now;
}

/** Put the planned value into the old document's tree, as data. */
function plant(file: YamlFile, documents: ParsedDocument[], { document: index, trail, added, scalar }: Edit): void {
  const document = documents[index];
  if (document === undefined) {
    // A file of comments alone has no document yet.
    documents.push(...parse('{}', '1.2'));
    plant(file, documents, { splice: { start: 0, end: 0, text: '' }, document: index, trail, added, scalar });
    return;
  }
  const value = new Scalar(valueIn(scalar, versionOf(document)));
  if (added.length === 0) {
    setAt(file, document, trail, value);
    return;
  }
  grow(mappingAt(file, document, trail), added, value);
}

/** The mapping that gets a key; an empty document and an empty value become one. */
function mappingAt(file: YamlFile, document: ParsedDocument, trail: readonly number[]): YAMLMap {
  const node = nodeAt(document, trail);
  if (isMap(node)) return node;
  const map = new YAMLMap();
  const parent = nodeAt(document, trail.slice(0, -1));
  const pair = isMap(parent) ? parent.items[trail.at(-1) ?? -1] : undefined;
  const isEmpty = node === null || (isScalar(node) && node.value === null);
  if (trail.length === 0) document.contents = map as unknown as ParsedDocument['contents'];
  else if (pair !== undefined && isEmpty) (pair as Pair).value = map;
  else throw unproven(file, 'the place of a new key is no mapping');
  return map;
}

/** Add a value below keys of which the first may have been added just before. */
function grow(map: YAMLMap, [key, ...rest]: readonly string[], value: Scalar): void {
  if (rest.length === 0) {
    map.items.push(new Pair(new Scalar(key), value));
    return;
  }
  const there = map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.value;
  const below = isMap(there) ? there : new YAMLMap();
  if (below !== there) map.items.push(new Pair(new Scalar(key), below));
  grow(below, rest, value);
}

function setAt(file: YamlFile, document: ParsedDocument, trail: readonly number[], value: Scalar): void {
  const node = nodeAt(document, trail);
  if (isScalar(node)) {
    node.value = value.value;
    return;
  }
  const parent = nodeAt(document, trail.slice(0, -1));
  const pair = isMap(parent) ? parent.items[trail.at(-1) ?? -1] : undefined;
  if (pair === undefined || node !== null) throw unproven(file, 'the place of a value was lost');
  (pair as Pair).value = value;
}

function nodeAt(document: ParsedDocument, trail: readonly number[]): unknown {
  return trail.reduce<unknown>((node, index) => {
    if (isMap(node)) return node.items[index]?.value;
    return isSeq(node) ? node.items[index] : undefined;
  }, document.contents);
}

function unproven(file: YamlFile, why: string): ActionError {
  return new ActionError({
    what: `the change of ${file.path} could not be proven safe`,
    why,
    next: 'Nothing was changed. Please report the file and the inputs; until then, write the value in a plain form (a key and a quoted value on one line).',
  });
}
