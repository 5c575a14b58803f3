import { type Document, LineCounter, type ParsedNode, parseAllDocuments } from 'yaml';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import { isStackOverflow, NESTED_TOO_DEEPLY } from '../../../lib/yaml/depth.ts';
import { separateDuplicates } from './duplicates.ts';
import { isJson } from './json.ts';
import type { Step } from './path.ts';

export type YamlVersion = '1.1' | '1.2';
export type ParsedDocument = Document.Parsed<ParsedNode>;

/** The path to a node by position: which item of each mapping or list, from the document's root down. */
export type NodePath = readonly number[];

/** The block scalar that contains an embedded document. */
export interface Embedding {
  /** The file that has the block scalar; it can be embedded itself. */
  file: YamlFile;
  document: number;
  nodePath: NodePath;
  /** The path of the block scalar, from the root of the outermost file. */
  steps: readonly Step[];
  /** The same with list items by index. */
  exactSteps: readonly Step[];
  /** The splice of the file that makes this splice of the text. */
  toOuter: (splice: Splice) => Splice;
}

/** A YAML file, or the text of a block scalar that is YAML: its exact text and its documents. */
export interface YamlFile {
  path: string;
  /** The decoded bytes, with the byte order mark if there is one. Positions are UTF-16 units of this text. */
  text: string;
  /** Whether it must stay JSON: by its name, or because it is valid JSON. */
  isJson: boolean;
  documents: readonly ParsedDocument[];
  /** 1-based, in the outermost file. */
  lineAt: (offset: number) => number;
  /** `undefined` for a file. */
  embedding: Embedding | undefined;
}

/** Replace the text from `start` to `end` (UTF-16 units). */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** Aliases can expand to at most this many nodes: a file that expands further is refused. */
const MAX_ALIASES = 10_000;

/** The text of bytes in UTF-8, with the byte order mark, so that encoding it gives the same bytes; `undefined` for other bytes. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** @throws {ActionError} when the bytes are not UTF-8, or as {@link readText} */
export function readYaml(path: string, bytes: Uint8Array): YamlFile {
  const text = decodeUtf8(bytes);
  if (text === undefined) {
    throw new ActionError({
      what: `${path} cannot be changed`,
      why: 'it is not UTF-8, so the bytes of its other values would not be kept',
      next: 'Save the file as UTF-8. Nothing was changed.',
    });
  }
  return readText(path, text);
}

/**
 * @param line the line of an offset, for a text that is a part of a file
 * @throws {ActionError} when the text is not valid YAML, or expands without limit
 */
export function readText(path: string, text: string, line?: (offset: number) => number): YamlFile {
  const counter = new LineCounter();
  const lineAt = line ?? ((offset: number): number => counter.linePos(offset).line);
  let documents: ParsedDocument[];
  try {
    documents = parse(text, '1.2', counter);
  } catch (error) {
    throw isStackOverflow(messageOf(error)) ? nestedTooDeeply(path) : error;
  }
  const errors = documents.flatMap((document) => document.errors);
  if (errors.some(({ message }) => isStackOverflow(message))) throw nestedTooDeeply(path);
  if (errors.length > 0) {
    throw new ActionError({
      what: `${path} is not valid YAML`,
      why: errors
        .slice(0, 5)
        .map(
          (error) =>
            `${path}:${lineAt(error.pos[0])}: ${error.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '')}`,
        )
        .join('\n'),
      next: 'Correct the file; it is read as YAML 1.2. Nothing was changed.',
    });
  }
  try {
    toData(documents);
  } catch (error) {
    if (isStackOverflow(messageOf(error))) throw nestedTooDeeply(path);
    throw new ActionError({
      what: `${path} cannot be parsed`,
      why: `invalid aliases: ${messageOf(error)}`,
      next: 'Correct its aliases: each needs an anchor before it, and they must not expand without limit. Nothing was changed.',
      cause: error,
    });
  }
  return { path, text, isJson: isJson(path, text), documents, lineAt, embedding: undefined };
}

const nestedTooDeeply = (path: string): ActionError =>
  new ActionError({
    what: `${path} cannot be changed`,
    why: `it ${NESTED_TOO_DEEPLY}`,
    next: 'Write it with fewer levels. Nothing was changed.',
  });

/** All documents of a string. Problems are in each document's `errors`. A `%YAML` directive wins over `version`. */
export function parse(text: string, version: YamlVersion, lineCounter?: LineCounter): ParsedDocument[] {
  const parsed = parseAllDocuments(text, {
    version,
    merge: true,
    uniqueKeys: false,
    keepSourceTokens: true,
    logLevel: 'silent',
    prettyErrors: false,
    ...(lineCounter === undefined ? {} : { lineCounter }),
  });
  const documents = Array.isArray(parsed) ? (parsed as ParsedDocument[]) : [];
  for (const document of documents) separateDuplicates(document);
  return documents;
}

/** The documents as data, with aliases and merge keys resolved; mappings are `Map`s. */
export function toData(documents: readonly Document[]): unknown[] {
  return documents.map((document) => document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES }) as unknown);
}

/** The YAML version whose schema applies to a document. */
export function versionOf(document: Document): YamlVersion {
  return document.directives?.yaml.version === '1.1' ? '1.1' : '1.2';
}
