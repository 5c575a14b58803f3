import type { TemplateSource } from '../charts/subcharts.ts';
import { mayHoldSecret, mentionsSecret } from '../secrets.ts';
import { createCounter, numberSiblings, type Origin, type Resource, readResources } from './resource.ts';
import { readYaml, type YamlProblem } from './yaml.ts';

/** A document that is not a Kubernetes object. */
export interface NonObject {
  file: string;
  line: number;
  /** The position among the documents of the file with the same problem, from 1. */
  ordinal: number;
  /** What is wrong, as the end of a sentence: `has no kind`. */
  problem: string;
  /** Its first line, as written. It is used to find the location, and not shown. */
  excerpt: string;
}

export interface BrokenDocument extends YamlProblem {
  file: string;
  /** The invalid line, as written. */
  excerpt: string;
  /** Whether the line may contain a secret. Then it is used to find the location, but not shown. */
  secret: boolean;
}

/** The problem of a document, with the invalid line unless it may contain a secret. The parser quotes its input after a colon. */
export const problemText = ({ message, excerpt, secret }: BrokenDocument): string =>
  secret ? message.replace(/:.*$/s, '') : [message, excerpt].filter((text) => text !== '').join(': ');

export interface ReadResult {
  resources: Resource[];
  broken: BrokenDocument[];
  nonObjects: NonObject[];
}

/** Read the YAML documents of one file. */
function readFileText(text: string, origin: Origin): ReadResult {
  const { file } = origin;
  const result: ReadResult = { resources: [], broken: [], nonObjects: [] };
  const lines = text.split('\n');
  // For each line, the last line up to it that is not empty.
  const lastTextLines: number[] = [];
  for (const [index, line] of lines.entries())
    lastTextLines.push(line.trim() === '' ? (lastTextLines.at(-1) ?? 1) : index + 1);
  let inSecret: boolean | undefined;
  for (const document of readYaml(text)) {
    for (const problem of document.problems) {
      // An unclosed quote or bracket is reported at the end of the text, where the last line that is not empty is meant.
      const line = lastTextLines[Math.min(problem.line, lines.length) - 1] ?? 1;
      const excerpt = (lines[line - 1] ?? '').trim();
      inSecret ??= mentionsSecret(text);
      const secret = inSecret || mayHoldSecret(excerpt);
      result.broken.push({ ...problem, line, file, excerpt, secret });
    }
    if (document.problems.length > 0 || document.value === null || document.value === undefined) continue;
    const { resources, incomplete } = readResources(document, origin);
    for (const { prefix, problem } of incomplete) {
      const line = prefix.length === 0 ? document.firstLine : document.find(prefix).line;
      result.nonObjects.push({ file, line, ordinal: 1, problem, excerpt: (lines[line - 1] ?? '').trim() });
    }
    for (const resource of resources) result.resources.push(resource);
  }
  return result;
}

const limitExceeded = ({ file }: Origin, limit: number): ReadResult => ({
  resources: [],
  nonObjects: [],
  broken: [
    {
      file,
      line: 1,
      message: `It was not read: there are more than ${limit} values in all documents of this step. Check fewer charts in one step`,
      excerpt: '',
      secret: false,
    },
  ],
});

/** Reads YAML documents. The same text of the same file is read once, even when many cases render it. */
export interface Reader {
  /** Plain manifests, by path in the repository. */
  manifests(files: readonly { path: string; text: string }[]): ReadResult;
  /**
   * What `helm template` printed: each document starts with `---` and the comment `# Source: CHART/templates/FILE`.
   * @param find the template in the repository, from the name that Helm uses
   */
  rendered(text: string, find: (template: string) => TemplateSource): ReadResult;
}

/** The maximum number of values in all documents of a reader. A value takes about a kilobyte of memory, and a process has 4 GB. */
const MAX_VALUES = 2_500_000;

/** The maximum number of values in a text: each but the first is on a separate line, or after a comma or a bracket. */
function countPossibleValues(text: string): number {
  let count = 1;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === LINE_BREAK || character === COMMA || character === BRACKET || character === BRACE) count++;
  }
  return count;
}

const [LINE_BREAK, COMMA, BRACKET, BRACE] = [...'\n,[{'].map((character) => character.charCodeAt(0));

/** @param limit the maximum number of values in everything that is read */
export function createReader(limit = MAX_VALUES): Reader {
  const results = new Map<string, ReadResult>();
  let count = 0;
  const readWithLimit = (text: string, origin: Origin): ReadResult => {
    count += countPossibleValues(text);
    return count > limit ? limitExceeded(origin, limit) : readFileText(text, origin);
  };
  const read = (text: string, origin: Origin): ReadResult => {
    const key = [origin.file, ...origin.keys, text].join('\n');
    const result = results.get(key) ?? readWithLimit(text, origin);
    results.set(key, result);
    return result;
  };
  return {
    manifests: (files) => merge(files.map(({ path, text }) => read(text, { file: path, kind: 'manifest', keys: [] }))),
    rendered(text, find) {
      const parts = text.replaceAll('\r\n', '\n').split(/^---\n# Source: (.+)\n/m);
      const documents: ReadResult[] = [];
      for (let index = 1; index + 1 < parts.length; index += 2)
        documents.push(read(parts[index + 1] ?? '', { kind: 'template', ...find(parts[index] ?? '') }));
      return merge(documents);
    },
  };
}

/** Each document of a template is read alone, so they are counted when all are read. */
function numberNonObjects(nonObjects: readonly NonObject[]): NonObject[] {
  const next = createCounter();
  return nonObjects.map((entry) => ({ ...entry, ordinal: next(`${entry.file}\n${entry.problem}`) + 1 }));
}

function merge(results: readonly ReadResult[]): ReadResult {
  return {
    resources: numberSiblings(results.flatMap(({ resources }) => resources)),
    broken: results.flatMap(({ broken }) => broken),
    nonObjects: numberNonObjects(results.flatMap(({ nonObjects }) => nonObjects)),
  };
}
