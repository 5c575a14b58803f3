import { isMap, isScalar, isSeq, type Pair, type Scalar } from 'yaml';
import { normalizeRepository } from '../../../lib/images/references.ts';
import { keyText } from '../../../lib/yaml/lookup.ts';
import { nodeAt } from '../edits/patch.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';
import type { FileImages } from './detector.ts';

/** Text that names an image with its tag, and that no detector changes: a command line, a block of text, a key, or a name beside a tag. */
export interface Mention {
  file: YamlFile;
  /** 1-based. */
  line: number;
  /** Normalized. */
  repository: string;
}

/** A name with a path, and a tag or digest behind it, or nothing but the end of the line. */
const NAME = /(?<![\w./-])([A-Za-z0-9][\w.-]*(?::\d+)?(?:\/[\w.-]+)+)(?:([:@])[^\s:/]|["']?[ \t\r]*$)/gm;

/**
 * Where a file names images outside the places that were found in it. On a single line only a name with a tag or digest counts, or one beside or
 * above it: a list of allowed repositories pins nothing. In a block of text the tag can be on another line.
 * @param documents those in block scalars of the file, which are searched by themselves
 * @param repositories normalized
 */
export function mentionsIn(
  { file, places }: FileImages,
  documents: readonly YamlFile[],
  repositories: { has(repository: string): boolean },
): Mention[] {
  const embedded = documents.map(({ embedding }) =>
    nodeAt(file.documents[embedding?.document ?? 0] as ParsedDocument, embedding?.nodePath ?? []),
  );
  const known = new Set([...places.flatMap(({ claims }) => claims), ...embedded]);
  const mentions: Mention[] = [];
  const search = ({ range }: Scalar, isPinned: boolean): void => {
    const [start = 0, end = 0] = range ?? [];
    for (const match of file.text.slice(start, end).matchAll(NAME)) {
      const repository = normalizeRepository(match[1] ?? '');
      if ((match[2] === undefined && !isPinned) || !repositories.has(repository)) continue;
      mentions.push({ file, line: file.lineAt(start + match.index), repository });
    }
  };
  const isPin = (pair: Pair): boolean =>
    !known.has(pair) && isScalar(pair.value) && PIN_KEY.test(keyText(pair.key) ?? '');
  const visit = (node: unknown, owner: unknown, isPinned: boolean): void => {
    if (isMap(node)) {
      const hasPin = node.items.some(isPin);
      for (const pair of node.items) {
        if (isText(pair.key))
          search(pair.key, isTagText(pair.value) || (isMap(pair.value) && pair.value.items.some(isPin)));
        visit(pair.value, pair, hasPin);
      }
    } else if (isSeq(node)) for (const item of node.items) visit(item, item, false);
    else if (isText(node) && !known.has(owner) && !known.has(node))
      search(node, isPinned || node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  };
  for (const document of file.documents) visit(document.contents, undefined, false);
  return mentions;
}

/** A key that holds the tag or the digest of what is beside it. */
const PIN_KEY = /(?:tag|digest|sha|sha256|image[-_]?version)$/i;

const isText = (node: unknown): node is Scalar<string> => isScalar(node) && typeof node.value === 'string';

/** A value that can be the tag or digest of the key. */
const isTagText = (node: unknown): boolean => isScalar(node) && /^(?:string|number|bigint)$/.test(typeof node.value);
