import { isMap, isScalar, isSeq, Scalar } from 'yaml';
import { ActionError } from '../../../lib/errors.ts';
import { keyText } from '../../../lib/yaml/lookup.ts';
import { blockLines, toOuterSplice } from './block-lines.ts';
import type { Step } from './path.ts';
import { type Embedding, type NodePath, readText, type YamlFile } from './source.ts';

/** Where a block scalar is. */
type Position = Pick<Embedding, 'file' | 'document' | 'nodePath' | 'steps' | 'exactSteps'>;

type Embedded = YamlFile | { problem: string };

/** One file for each block scalar, so that all changes of its text are planned together. */
const embeddedFiles = new WeakMap<Scalar, Embedded>();

/**
 * The YAML in a literal block scalar (`|`), as a file whose edits map to edits of the file that contains it.
 * @returns a problem as a predicate: `is a list, not a block scalar with YAML in it`
 */
export function embeddedIn(node: unknown, position: Position): Embedded {
  if (!isScalar(node) || node.value === null) {
    const kind = isMap(node) ? 'is a mapping' : isSeq(node) ? 'is a list' : 'is empty';
    return { problem: `${kind}, not a block scalar with YAML in it, so no path can follow "|"` };
  }
  if (node.type === Scalar.BLOCK_FOLDED) {
    return {
      problem: 'is a folded block scalar (">"), in which line breaks have no fixed place; write it with "|" instead',
    };
  }
  if (node.type !== Scalar.BLOCK_LITERAL) {
    return { problem: 'is a value on one line or in quotes; only the YAML in a block scalar ("|") can be changed' };
  }
  const known = embeddedFiles.get(node);
  if (known !== undefined) return known;
  const embedded = readEmbedded(node, position);
  embeddedFiles.set(node, embedded);
  return embedded;
}

function readEmbedded(scalar: Scalar, { file, document, nodePath, steps, exactSteps }: Position): Embedded {
  const block = blockLines(scalar, file.text);
  if (block === undefined)
    return { problem: 'is a block scalar whose lines are not its value; write it in another way' };
  const toOuter: Embedding['toOuter'] = (splice) => toOuterSplice(block, splice, file.text);
  const lineAt = (offset: number): number => file.lineAt(toOuter({ start: offset, end: offset, text: '' }).start);
  try {
    const embedded = readText(file.path, String(scalar.value), lineAt);
    return { ...embedded, embedding: { file, document, nodePath, steps, exactSteps, toOuter } };
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    return { problem: `is a block scalar whose text cannot be read as YAML: ${error.why}` };
  }
}

/**
 * Every literal block scalar of a file whose text is a mapping or list in YAML, as a file: Argo CD's `helm.values: |`, for example. A change
 * at a location in such a file becomes a change of the file that contains it.
 */
export function embeddedDocuments(file: YamlFile): YamlFile[] {
  return file.documents.flatMap((parsed, document) =>
    blockScalarsIn(parsed.contents, { nodePath: [], steps: [] }).flatMap(({ node, nodePath, steps }) => {
      const embedded = embeddedIn(node, { file, document, nodePath, steps, exactSteps: steps });
      return 'problem' in embedded || !embedded.documents.some(hasItems) ? [] : [embedded];
    }),
  );
}

const hasItems = ({ contents }: { contents: unknown }): boolean =>
  (isMap(contents) || isSeq(contents)) && contents.items.length > 0;

interface BlockScalar {
  node: Scalar;
  nodePath: NodePath;
  steps: readonly Step[];
}

function blockScalarsIn(node: unknown, { nodePath, steps }: Omit<BlockScalar, 'node'>): BlockScalar[] {
  if (isScalar(node)) {
    // A mapping or list with an item has a ":" or a "-".
    const isCandidate = node.type === Scalar.BLOCK_LITERAL && /[:-]/.test(String(node.value));
    return isCandidate ? [{ node, nodePath, steps }] : [];
  }
  if (isSeq(node)) {
    return node.items.flatMap((item, index) =>
      blockScalarsIn(item, { nodePath: [...nodePath, index], steps: [...steps, { kind: 'index', index }] }),
    );
  }
  if (!isMap(node)) return [];
  return node.items.flatMap(({ key, value }, index) => {
    const name = keyText(key);
    if (name === undefined) return [];
    return blockScalarsIn(value, { nodePath: [...nodePath, index], steps: [...steps, { kind: 'key', key: name }] });
  });
}
