import { isAlias, isMap, isNode, isScalar, isSeq, type ParsedNode } from 'yaml';
import { keyText } from '../../../lib/yaml/lookup.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';
import type { Edit } from './edit.ts';

/**
 * A part of a file that can be verified by itself: one key of the root mapping with everything below it. A file of many keys is then not parsed again for
 * each change.
 */
export interface Section {
  /** The part before the edits, from its key to the next one; a YAML document by itself. */
  file: YamlFile;
  /** The edits in it, with positions in it. */
  edits: readonly Edit[];
  /** In the whole file. */
  start: number;
  /** What the whole file has under the key: the section alone must mean the same. */
  value: () => unknown;
}

/**
 * The sections of a file that edits change; `undefined` when it has to be verified as a whole.
 *
 * A section means the same alone as in the file, and what follows means the same whatever is in it, because
 * - the file is one document, a block mapping without indentation: the next key ends any plain or block scalar, list and mapping before it, which need
 *   more indentation (YAML 1.2.2, section 8.2), and {@link Section.file} is checked to be complete by itself,
 * - no anchor, alias or tag leads from one section to another, and no directive changes how all are read.
 */
export function sectionsOf(file: YamlFile, edits: readonly Edit[]): Section[] | undefined {
  const [document, ...others] = file.documents;
  if (document === undefined || others.length > 0 || !isPlainRoot(file, document)) return undefined;
  const starts = document.contents.items.map(({ key }) => (key as ParsedNode).range[0]);
  const groups = Map.groupBy(edits, ({ nodePath }) => nodePath[0]);
  const sections: Section[] = [];
  for (const [index, own] of groups) {
    // A new key of the root itself.
    if (index === undefined) return undefined;
    const start = starts[index];
    const end = starts[index + 1] ?? file.text.length;
    if (start === undefined || own.some(({ splice }) => splice.start <= start || splice.end > end)) return undefined;
    const pair = document.contents.items[index];
    sections.push({
      file: { ...file, text: file.text.slice(start, end), documents: [] },
      edits: own.map((edit) => ({
        ...edit,
        splice: { ...edit.splice, start: edit.splice.start - start, end: edit.splice.end - start },
        nodePath: [0, ...edit.nodePath.slice(1)],
      })),
      start,
      value: () => (isNode(pair?.value) ? pair.value.toJS(document, { mapAsMap: true }) : null),
    });
  }
  return sections;
}

type PlainDocument = ParsedDocument & { contents: { items: { key: unknown; value: unknown }[] } };

function isPlainRoot({ text }: YamlFile, document: ParsedDocument): document is PlainDocument {
  const { contents, directives } = document;
  if (!isMap(contents) || contents.flow || directives?.docEnd || contents.anchor !== undefined) return false;
  if (directives?.yaml.explicit || Object.keys(directives?.tags ?? {}).length > 1) return false;
  return contents.items.every(({ key }) => isKeyOfLine(text, key)) && !sharesNodes(contents);
}

/** Whether a key begins its line, without indentation. A complex key can have several lines, and a merge key changes its siblings. */
function isKeyOfLine(text: string, key: unknown): boolean {
  if (!isScalar(key) || key.range == null || keyText(key) === '<<') return false;
  const [start, end] = key.range;
  return (start === 0 || text.charAt(start - 1) === '\n') && !text.slice(start, end).includes('\n');
}

/** Whether any node is an alias, or has an anchor or a tag. */
function sharesNodes(root: unknown): boolean {
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const node = pending.pop();
    if (isAlias(node)) return true;
    if (!isNode(node)) continue;
    if ('anchor' in node && node.anchor !== undefined) return true;
    if (node.tag !== undefined) return true;
    if (isMap(node)) for (const { key, value } of node.items) pending.push(key, value);
    else if (isSeq(node)) for (const item of node.items) pending.push(item);
  }
  return false;
}
