import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, Pair, Scalar, YAMLMap } from 'yaml';
import { ActionError } from '../../../lib/errors.ts';
import { valueIn } from '../yaml/scalar.ts';
import {
  decodeUtf8,
  type NodePath,
  type ParsedDocument,
  parse,
  type Splice,
  toData,
  versionOf,
  type YamlFile,
  type YamlVersion,
} from '../yaml/source.ts';
import { type Difference, findDifferences } from './difference.ts';
import type { Edit } from './edit.ts';
import { jsonProblem } from './json-proof.ts';
import { type Section, sectionsOf } from './local-proof.ts';

export interface Patched {
  bytes: Uint8Array;
  text: string;
  /** Every value that differs afterwards, also where an alias or a merge key leads to a changed scalar. */
  effects: Difference[];
}

/**
 * Applies the edits and verifies the result: every byte outside them is unchanged, and the file means the same except for what was
 * planned, read by YAML 1.2, by YAML 1.1 and, if it is JSON, by a JSON parser.
 * @throws {ActionError} when either does not hold; nothing must be written then
 */
export function patch(file: YamlFile, edits: readonly Edit[]): Patched {
  const splices = edits.map(({ splice }) => splice).sort((a, b) => a.start - b.start || a.end - b.end);
  for (const [index, splice] of splices.entries()) {
    const before = splices[index - 1];
    if (before !== undefined && splice.start < before.end) throw unsafeChange(file, 'two changes overlap');
  }
  const text = apply(file.text, splices);
  const bytes = new TextEncoder().encode(text);
  if (decodeUtf8(bytes) !== text) throw unsafeChange(file, 'the new text cannot be encoded');
  if (!isUntouchedOutside(file.text, text, splices)) throw unsafeChange(file, 'other bytes would change');
  const problem = jsonProblem(file, { text, edits });
  if (problem !== undefined) throw unsafeChange(file, problem);
  const sections = sectionsOf(file, edits);
  const effects =
    sections === undefined
      ? findDifferences(toData(file.documents), verifyBoth(file, text, edits))
      : sections.flatMap((section) => verifySection(file, section));
  return { bytes, text, effects };
}

/** Verifies the edits of one section, and that it means the same alone as in the file. */
function verifySection(file: YamlFile, { file: section, edits, value }: Section): Difference[] {
  const splices = edits.map(({ splice }) => splice).sort((a, b) => a.start - b.start || a.end - b.end);
  const text = apply(section.text, splices);
  const old = toData(parse(section.text, '1.2'));
  if (!isDeepStrictEqual(valuesOf(old), [value()])) throw unsafeChange(file, 'a part of it means something else alone');
  const now = verifyBoth(section, text, edits);
  // The next key must begin a line.
  if (section.text.endsWith('\n') && !text.endsWith('\n'))
    throw unsafeChange(file, 'a part of it would not be complete');
  return findDifferences(old, now);
}

/** The values of the only document, a mapping. */
const valuesOf = ([document, ...others]: readonly unknown[]): unknown[] | undefined =>
  document instanceof Map && others.length === 0 ? [...document.values()] : undefined;

/** Verifies the new text as YAML 1.2 and as YAML 1.1, and returns its data. */
function verifyBoth(file: YamlFile, text: string, edits: readonly Edit[]): unknown[] {
  const now = verifyPatch(file, { text, edits }, '1.2');
  verifyPatch(file, { text, edits }, '1.1');
  return now;
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

/** Walks both texts in parallel: between the splices they must be the same. */
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

/** The new text as data. @throws {ActionError} unless it equals the old text's data with the edits applied */
function verifyPatch(
  file: YamlFile,
  { text, edits }: { text: string; edits: readonly Edit[] },
  version: YamlVersion,
): unknown[] {
  const expected = parse(file.text, version);
  // A file that is not valid YAML 1.1 has no data there to keep.
  if (version === '1.1' && expected.some(({ errors }) => errors.length > 0)) return [];
  for (const edit of edits) applyToTree(file, expected, edit);
  const actual = parse(text, version);
  const error = actual.flatMap(({ errors }) => errors)[0];
  if (error !== undefined) throw unsafeChange(file, `the result is not valid YAML ${version}: ${error.message}`);
  const now = toData(actual);
  if (!isDeepStrictEqual(now, toData(expected))) {
    throw unsafeChange(file, `read as YAML ${version}, the result would contain other changes than planned`);
  }
  return now;
}

/** Sets the planned value in the old document's tree, as data. */
function applyToTree(
  file: YamlFile,
  documents: ParsedDocument[],
  { document: index, nodePath, added, scalar }: Edit,
): void {
  const document = documents[index];
  if (document === undefined) {
    // A file with only comments has no document yet.
    documents.push(...parse('{}', '1.2'));
    applyToTree(file, documents, { splice: { start: 0, end: 0, text: '' }, document: index, nodePath, added, scalar });
    return;
  }
  const value = new Scalar(valueIn(scalar, versionOf(document)));
  if (added.length === 0) {
    setAt(file, document, { nodePath, value });
    return;
  }
  addKeys(mappingAt(file, document, nodePath), added, value);
}

/** The mapping that gets a key; an empty document and an empty value become a mapping. */
function mappingAt(file: YamlFile, document: ParsedDocument, nodePath: NodePath): YAMLMap {
  const node = nodeAt(document, nodePath);
  if (isMap(node)) return node;
  const map = new YAMLMap();
  const parent = nodeAt(document, nodePath.slice(0, -1));
  const pair = isMap(parent) ? parent.items[nodePath.at(-1) ?? -1] : undefined;
  const isEmpty = node === null || (isScalar(node) && node.value === null);
  if (nodePath.length === 0) document.contents = map as unknown as ParsedDocument['contents'];
  else if (pair !== undefined && isEmpty) (pair as Pair).value = map;
  else throw unsafeChange(file, 'the location of a new key is not a mapping');
  return map;
}

/** Adds a value below keys, the first of which may have been added just before. */
function addKeys(map: YAMLMap, [key, ...rest]: readonly string[], value: Scalar): void {
  if (rest.length === 0) {
    map.items.push(new Pair(new Scalar(key), value));
    return;
  }
  const existing = map.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.value;
  const child = isMap(existing) ? existing : new YAMLMap();
  if (child !== existing) map.items.push(new Pair(new Scalar(key), child));
  addKeys(child, rest, value);
}

function setAt(
  file: YamlFile,
  document: ParsedDocument,
  { nodePath, value }: { nodePath: NodePath; value: Scalar },
): void {
  const node = nodeAt(document, nodePath);
  if (isScalar(node)) {
    node.value = value.value;
    return;
  }
  const parent = nodeAt(document, nodePath.slice(0, -1));
  const pair = isMap(parent) ? parent.items[nodePath.at(-1) ?? -1] : undefined;
  if (pair === undefined || node !== null) throw unsafeChange(file, 'the location of a value was not found');
  (pair as Pair).value = value;
}

/** The node at a path from the document's root. */
export function nodeAt(document: ParsedDocument, nodePath: NodePath): unknown {
  return nodePath.reduce<unknown>((node, index) => {
    if (isMap(node)) return node.items[index]?.value;
    return isSeq(node) ? node.items[index] : undefined;
  }, document.contents);
}

function unsafeChange(file: YamlFile, why: string): ActionError {
  return new ActionError({
    what: `the change of ${file.path} could not be verified`,
    why,
    next: 'Nothing was changed. Please report the file and the inputs. Until this is fixed, write the key and a quoted value on one line.',
  });
}
