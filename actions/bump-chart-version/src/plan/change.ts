import { isScalar } from 'yaml';
import { lookUp } from '../yaml/lookup.ts';
import { isPlainString, type NewScalar, valueIn } from '../yaml/scalar.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';
import type { Location } from './locations.ts';

/** One value to set. */
export interface Change {
  location: Location;
  scalar: NewScalar;
  /** The sibling after which the key goes when it has to be added. */
  after?: string;
}

export const fileOf = ({ location }: Change): YamlFile =>
  'node' in location ? location.node.file : location.missingKey.file;

/** Identifies the location of a change, so that two changes of one location are found. */
export function locationKey({ location }: Change): string {
  const { file, document, nodePath } = 'node' in location ? location.node : location.missingKey;
  const keys = 'missingKey' in location ? JSON.stringify(location.missingKey.keys) : '';
  return [fileKey(file), document, nodePath.join('.'), keys].join('\0');
}

/** Identifies a file, or a document that is embedded in one. */
export function fileKey({ path, embedding }: YamlFile): string {
  if (embedding === undefined) return path;
  return [fileKey(embedding.file), embedding.document, embedding.nodePath.join('.')].join('\0');
}

/** Whether the location already has the value, for every reader. */
export function isUpToDate({ location, scalar }: Change): boolean {
  if ('missingKey' in location || location.node.scalar === undefined) return false;
  const old = location.node.scalar;
  if (!Object.is(old.value, valueIn(scalar, '1.2'))) return false;
  return scalar.as === 'typed' || old.type !== 'PLAIN' || isPlainString(old.source ?? '');
}

/** A key whose value can come from elsewhere: through an alias or a merge key. */
export interface SharedKey {
  document: ParsedDocument;
  map: unknown;
  key: string;
}

/** Whether a key that gets its value from elsewhere has this value once the changes are applied. */
export function inheritsValue({ document, map, key }: SharedKey, text: string, changes: readonly Change[]): boolean {
  const shared = lookUp(document, map, key)?.node;
  if (!isScalar(shared)) return false;
  const change = changes.find(({ location }) => 'node' in location && location.node.scalar === shared);
  return (change?.scalar.text ?? String(shared.value)) === text;
}
