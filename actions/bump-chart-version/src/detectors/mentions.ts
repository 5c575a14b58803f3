import { isMap, isScalar, isSeq } from 'yaml';
import { normalizeRepository } from '../../../lib/images/references.ts';
import { nodeAt } from '../yaml/patch.ts';
import type { ParsedDocument, YamlFile } from '../yaml/source.ts';
import type { FileImages } from './detector.ts';

/** Text that names an image with its tag, and that no detector changes: a command line, or a block of text. */
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
 * Where a file names images outside the places that were found in it. On a single line only a name with a tag or digest counts: a list of
 * allowed repositories pins nothing. In a block of text the tag can be on another line.
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
  const visit = (node: unknown, owner: unknown): void => {
    if (isMap(node)) for (const pair of node.items) visit(pair.value, pair);
    else if (isSeq(node)) for (const item of node.items) visit(item, item);
    else if (isScalar(node) && typeof node.value === 'string' && !known.has(owner) && !known.has(node)) {
      const [start = 0, end = 0] = node.range ?? [];
      const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
      for (const match of file.text.slice(start, end).matchAll(NAME)) {
        const repository = normalizeRepository(match[1] ?? '');
        if ((match[2] === undefined && !isBlock) || !repositories.has(repository)) continue;
        mentions.push({ file, line: file.lineAt(start + match.index), repository });
      }
    }
  };
  for (const document of file.documents) visit(document.contents, undefined);
  return mentions;
}
