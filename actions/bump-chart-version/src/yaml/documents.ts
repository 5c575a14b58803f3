import { isScalar } from 'yaml';
import { lookUp } from './lookup.ts';
import type { DocumentSelector } from './selector.ts';
import type { ParsedDocument, YamlFile } from './source.ts';

/** A document of a file; a file without values has one that is empty. */
export interface FileDocument {
  file: YamlFile;
  document: number;
}

/** All documents of a file. */
export function documentsOf(file: YamlFile): FileDocument[] {
  return file.documents.length === 0
    ? [{ file, document: 0 }]
    : file.documents.map((_, document) => ({ file, document }));
}

/** The document that a selector names in the one of these files that has it. */
export function selectDocument(
  files: readonly YamlFile[],
  selector: DocumentSelector,
): FileDocument | { problem: string } {
  const documents = files.flatMap(documentsOf);
  const matches = documents.filter((candidate) => isSelected(candidate, selector));
  const [match, second] = matches;
  const name = selector.kind === 'index' ? `#${selector.index}` : `#${selector.resource}`;
  if (match === undefined) {
    return {
      problem: files
        .map((file) => `${file.path} has no document ${name}; it has ${describeDocuments(file)}`)
        .join('\n'),
    };
  }
  if (second === undefined) return match;
  const places = matches.map(({ file, document }) => `${file.path}#${document} (line ${lineOf({ file, document })})`);
  return { problem: `${name} is ${matches.length} documents: ${places.join(', ')}; name one of these` };
}

function isSelected({ file, document }: FileDocument, selector: DocumentSelector): boolean {
  return selector.kind === 'index'
    ? document === selector.index
    : resourceOf(file.documents[document]) === selector.resource;
}

/** `Application/web` for a Kubernetes resource. */
function resourceOf(document: ParsedDocument | undefined): string | undefined {
  if (document === undefined) return undefined;
  const text = (map: unknown, key: string): string | undefined => {
    const node = lookUp(document, map, key)?.node;
    return isScalar(node) ? String(node.value) : undefined;
  };
  const kind = text(document.contents, 'kind');
  const name = text(lookUp(document, document.contents, 'metadata')?.node, 'name');
  return kind === undefined || name === undefined ? undefined : `${kind}/${name}`;
}

/** How a path names a document: by its kind and name if only one has them, otherwise by its index. */
export function selectorText({ file, document }: FileDocument): string {
  const resource = resourceOf(file.documents[document]);
  const isUnique = file.documents.filter((other) => resourceOf(other) === resource).length === 1;
  return isUnique && PLAIN_RESOURCE.test(resource ?? '') ? `#${resource}` : `#${document}`;
}

/** A kind and name that need no quotes in a line of the input `values`. */
const PLAIN_RESOURCE = /^[\w.-]+\/[\w.-]+$/;

const MAX_LISTED_DOCUMENTS = 20;

function describeDocuments(file: YamlFile): string {
  const documents = documentsOf(file);
  const listed = documents.slice(0, MAX_LISTED_DOCUMENTS).map(({ document }) => {
    const resource = resourceOf(file.documents[document]);
    return `#${document}${resource === undefined ? '' : ` ${resource}`} (line ${lineOf({ file, document })})`;
  });
  const more = documents.length - listed.length;
  return `${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

const lineOf = ({ file, document }: FileDocument): number =>
  file.lineAt(file.documents[document]?.contents?.range[0] ?? 0);
