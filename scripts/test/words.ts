/** The words that docs/glossary.md replaces, and the search for them. */
import { type Module, parse } from '@swc/core';

interface Word {
  /** A phrase; spaces match line ends too. */
  word: string;
  better: string;
  /** The paths in which the word is replaced; all when not given. */
  in?: RegExp;
}

/** In comments, strings, documents and templates. A phrase also matches where a line ends within it. */
export const phrases: readonly Word[] = [
  { word: 'one a line', better: 'one per line' },
  { word: 'told of', better: 'notified of, called with, or reported to' },
  { word: 'tells? of', better: 'reports, shows, or describes' },
  { word: 'hears? of', better: 'is notified of, or receives' },
  { word: 'anew', better: 'again, or from scratch' },
  { word: 'whoever', better: 'anyone who, or the user, job or caller' },
  { word: 'lest', better: 'so that … not' },
  { word: 'for want of', better: 'because there is no' },
  { word: 'can not', better: 'cannot' },
  { word: '(?<!there )is no(?! longer)', better: 'is not a; or has no, for "there is no"' },
  { word: 'shall', better: 'must, or will' },
  { word: 'folders?', better: 'directory' },
  { word: 'meanwhile', better: 'in the meantime, concurrently, or while' },
  { word: '(?:some|any|no)thing else than', better: 'something other than' },
  { word: 'stands there|as it stands', better: 'appears, exists, or as it is written' },
  { word: 'tid(?:y|ied) away', better: 'clean up, or delete' },
];

/** As a part of an identifier or of a file's name: `wish` is found in `collectWish` and `wish-list.ts`. */
export const identifiers: readonly Word[] = [
  { word: 'workshop', better: 'clients' },
  { word: 'take orders', better: 'planJobs' },
  { word: 'work off', better: 'processImages' },
  { word: 'standing', better: 'resolvedTags, or existing' },
  { word: 'twin', better: 'equivalentImage' },
  { word: 'following tags', better: 'floatingTags' },
  { word: 'misfit', better: 'validateTags' },
  { word: 'wish(?:es)?', better: 'change' },
  { word: 'granted', better: 'plannedEdit', in: /^actions\// },
  { word: 'plant', better: 'applyToTree' },
  { word: 'patience', better: 'retry, or timeout' },
  { word: 'bring about', better: 'ensure' },
  { word: 'refusals', better: 'problems, or errorCollector' },
  { word: 'trespass', better: 'forbidden' },
];

/** Files whose words are not ours to choose. */
export interface Exception {
  path: RegExp;
  /** In lower case. All words, if none is named. */
  word?: string;
  reason: string;
}

export interface Found {
  /** `path:line` */
  where: string;
  text: string;
  better: string;
}

/** A space of a phrase: also a line end, with what starts the next line of a comment. */
const GAP = String.raw`\s+(?:(?:\*|//|#+|>)\s+)?`;

const phrasePatterns = phrases.map(({ word, better }) => ({
  better,
  // A hyphen or underscore makes it a part of a name, such as a rule or a field of an API.
  pattern: new RegExp(String.raw`(?<![\w-])(?:${word.replaceAll(' ', GAP)})(?![\w-])`, 'gi'),
}));
const identifierPatterns = identifiers.map(({ word, better, in: paths = /./ }) => ({
  better,
  paths,
  pattern: new RegExp(String.raw`(?<!\S)(?:${word})(?!\S)`, 'i'),
}));

function countLines(before: string): number {
  return before.split('\n').length;
}

export function findPhrases(path: string, text: string): Found[] {
  return phrasePatterns.flatMap(({ pattern, better }) =>
    [...text.matchAll(pattern)].map((match) => ({
      where: `${path}:${countLines(text.slice(0, match.index))}`,
      text: match[0].replaceAll(new RegExp(GAP, 'g'), ' '),
      better,
    })),
  );
}

/** `collectWishes` and `collect-wishes` as `collect wishes`. */
function separateWords(name: string): string {
  return name.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').replaceAll(/[^A-Za-z0-9]+/g, ' ');
}

function findInName(path: string, name: string): { better: string } | undefined {
  const words = separateWords(name);
  return identifierPatterns.find(({ pattern, paths }) => paths.test(path) && pattern.test(words));
}

export function findInPath(path: string): Found[] {
  const found = findInName(path, path);
  return found === undefined ? [] : [{ where: `${path}:1`, text: path, better: found.better }];
}

/** Identifiers, with their byte offsets. Keys in quotes are data, not names. */
function findNames(node: unknown): { name: string; start: number }[] {
  if (typeof node !== 'object' || node === null) return [];
  const { type, value, span } = node as { type?: string; value?: unknown; span?: { start: number } };
  const isName = type === 'Identifier' || type === 'PrivateName';
  const names = isName && typeof value === 'string' && span !== undefined ? [{ name: value, start: span.start }] : [];
  return [...names, ...Object.values(node).flatMap(findNames)];
}

/** Finds identifiers in TypeScript. Comments and strings may use the words in their ordinary meaning. */
export async function findIdentifiers(path: string, source: string): Promise<Found[]> {
  // Offsets count from the first token, which a comment is not. With a token in front they count from the start.
  const prefix = '0;';
  const module: Module = await parse(prefix + source.replace(/^#!/, '//'), { syntax: 'typescript', target: 'es2024' });
  const bytes = Buffer.from(source);
  const found = new Map<string, Found>();
  for (const { name, start } of findNames(module)) {
    const better = findInName(path, name)?.better;
    if (better === undefined) continue;
    const before = bytes.subarray(0, start - module.span.start - prefix.length).toString();
    const where = `${path}:${countLines(before)}`;
    found.set(`${where} ${name}`, { where, text: name, better });
  }
  return [...found.values()];
}
