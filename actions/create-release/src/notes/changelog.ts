import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { type Version, versionText } from '../../../lib/versions.ts';
import { parseTagVersion, type TagVersion } from '../history/tag-version.ts';

/** The section of a version, or the headings of a file that has none. */
export type ChangelogSection =
  | {
      /** Without its heading. */
      text: string;
      /** The definitions of its links that are elsewhere in the file: `[1.4.2]: https://…`. */
      definitions: string;
    }
  | { headings: readonly string[] };

/**
 * The section of a changelog about a tag: from the heading that begins with the tag or its version to the next heading of the same or a higher
 * level, or of another version. The words `Version` and `Release` before the version, and brackets and links around it, do not matter.
 * @param release what the tag names, if it is a version
 * @param firstPart the number of characters to parse at first. The newest version is mostly near the top, and parsing 1 MB takes seconds.
 */
export function findChangelogSection(
  changelog: string,
  tag: string,
  { release, firstPart = 64 * 1024 }: { release: TagVersion | undefined; firstPart?: number },
): ChangelogSection {
  const source = changelog.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
  const located = locate(source, tagNames(tag, release), firstPart);
  if ('headings' in located) return located;
  const { start, end } = located;
  const text = source.slice(start, end);
  // Together, because a reference is one only if its definition exists. Of several definitions the first counts.
  const joined = [text, ...findDefinitions(source, { start, end })].join('\n\n');
  const nodes = fromMarkdown(joined).children.flatMap(withDescendants);
  const isInside = (node: Nodes): boolean => startOf(node) < text.length;
  const used = new Set(
    nodes.flatMap((node) =>
      (node.type === 'linkReference' || node.type === 'imageReference') && isInside(node) ? [node.identifier] : [],
    ),
  );
  const defined = nodes.filter((node) => node.type === 'definition');
  const inside = new Set(defined.filter(isInside).map(({ identifier }) => identifier));
  // The last section is followed by the definitions of all sections.
  const unneeded = defined.filter((node) => isInside(node) && !used.has(node.identifier));
  const others = defined.filter(({ identifier }) => used.has(identifier) && !inside.has(identifier));
  const needed = [...new Map(others.toReversed().map((node) => [node.identifier, node])).values()].toReversed();
  return {
    text: without(text, unneeded).trim(),
    definitions: needed.map((node) => joined.slice(startOf(node), endOf(node))).join('\n'),
  };
}

/** Where the section is. The first part of the file is parsed, then a larger one, until the section and the next heading are in it. */
function locate(
  source: string,
  names: readonly string[],
  firstPart: number,
): { start: number; end: number } | { headings: string[] } {
  for (let size = firstPart; ; size *= 4) {
    const isWhole = size >= source.length;
    const part = isWhole ? source : source.slice(0, source.lastIndexOf('\n', size) + 1);
    // The last block may continue after the part; the blocks before it are complete.
    const { children } = fromMarkdown(part);
    const last = isWhole ? undefined : children.at(-1);
    const blocks = children.filter((node) => node !== last);
    const headings = blocks.filter((node) => node.type === 'heading').map((node) => ({ node, text: textOf(node) }));
    const found = names.map((name) => headings.findIndex(({ text }) => headingName(text) === name));
    const rank = found.findIndex((index) => index >= 0);
    const own = headings[found[rank] ?? -1];
    if (own !== undefined) {
      const heading = own.node;
      const next = findNext(own, headings.slice((found[rank] ?? 0) + 1), source);
      const rest = isWhole ? '' : source.slice(last === undefined ? part.length : startOf(last)).toLowerCase();
      const isFinal = isWhole || (next !== undefined && !names.slice(0, rank).some((name) => rest.includes(name)));
      if (isFinal) return { start: endOf(heading), end: next === undefined ? source.length : startOf(next.node) };
    }
    if (isWhole) return { headings: headings.map(({ text }) => text) };
  }
}

interface Heading {
  node: Nodes & { type: 'heading' };
  text: string;
}

/**
 * The heading after the section. Some tools choose the level of a heading by its version: below `# 1.1.0` there is `## 1.0.1`, and below `### 1.0.1`
 * there is `### Bug Fixes` (https://github.com/conventional-changelog/conventional-changelog/tree/master/packages/conventional-changelog-angular).
 */
function findNext(own: Heading, after: readonly Heading[], source: string): Heading | undefined {
  const [first] = after;
  const version = versionOf(own);
  const { depth } = own.node;
  const hasParts =
    version !== undefined &&
    first?.node.depth === depth &&
    versionOf(first) === undefined &&
    source.slice(endOf(own.node), startOf(first.node)).trim() === '';
  return after.find((heading) => {
    if (heading.node.depth < depth) return true;
    const other = versionOf(heading);
    if (heading.node.depth === depth) return !hasParts || other !== undefined;
    // A pre-release can be a part of the section of its version.
    return version !== undefined && other !== undefined && other.compareMain(version) !== 0;
  });
}

/** The version that a heading is about: `1.0.1 (2026-01-01)`, but not `1.0.1 and later`. */
function versionOf({ text }: Heading): Version | undefined {
  const isSentence = /\d\S*\s+\p{L}/u.test(text);
  return isSentence ? undefined : parseTagVersion(headingName(text) ?? '')?.version;
}

/** The definitions outside of a section, if it may use any: only then is the whole file parsed. */
function findDefinitions(source: string, { start, end }: { start: number; end: number }): string[] {
  const normalize = (label = ''): string => label.toLowerCase().replaceAll(/\s+/g, ' ').trim();
  const labels = new Set(
    [...source.slice(start, end).matchAll(/\[((?:[^[\]\\]|\\.)+)\]/gs)].map(([, label]) => normalize(label)),
  );
  const isOutside = (offset: number): boolean => offset < start || offset >= end;
  const mayBeDefined = [...source.matchAll(/^[ >]*\[((?:[^[\]\\]|\\.)+)\]:/gms)].some(
    ({ 1: label, index }) => isOutside(index) && labels.has(normalize(label)),
  );
  if (!mayBeDefined) return [];
  const definitions = fromMarkdown(source)
    .children.flatMap(withDescendants)
    .filter((node) => node.type === 'definition' && isOutside(startOf(node)));
  return definitions.map((node) => source.slice(startOf(node), endOf(node)));
}

/** What a heading can call the tag, the most exact first. */
function tagNames(tag: string, release: TagVersion | undefined): string[] {
  // As it is written in the tag, `1.4`, and as a semantic version, `1.4.0`.
  const written = tag.slice(release?.prefix.length ?? 0).replace(/^v(?=\d)/, '');
  const text = release === undefined ? written : versionText(release.version);
  return [...new Set([tag, written, `v${written}`, text, `v${text}`])].map((name) => name.toLowerCase());
}

/** The name of the version that a heading begins with, in lower case: `1.4.2` of `[1.4.2] - 2026-01-01` and of `Version 1.4.2`. */
function headingName(text: string): string | undefined {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .map((word) => word.replace(/^[[({"'*]+/, '').replace(/[[({\])}"',:;*].*$/, ''))
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  return words[0] === 'version' || words[0] === 'release' ? words[1] : words[0];
}

function textOf(node: Nodes): string {
  const parts = withDescendants(node).map((part) => {
    if (part.type === 'break') return ' ';
    return part.type === 'text' || part.type === 'inlineCode' ? part.value : '';
  });
  return parts.join('').replaceAll(/\s+/g, ' ').trim();
}

/** A node and all below it, in the order of the text. */
function withDescendants(node: Nodes): Nodes[] {
  const found: Nodes[] = [];
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.push(next);
    if ('children' in next) for (const child of next.children.toReversed()) pending.push(child);
  }
  return found;
}

/** The text without some of its nodes. */
function without(text: string, nodes: readonly Nodes[]): string {
  return nodes.toReversed().reduce((rest, node) => rest.slice(0, startOf(node)) + rest.slice(endOf(node)), text);
}

const startOf = ({ position }: Nodes): number => position?.start.offset ?? 0;
const endOf = ({ position }: Nodes): number => position?.end.offset ?? 0;
