import { parseVersion, versionText } from '../../../lib/versions.ts';
import type { Assignment } from '../yaml/path.ts';
import { badgeParts, badgeRanges, decodeBadge, encodeBadge } from './badges.ts';
import type { TextFile, Update, UpdatedValue, Updater } from './updater.ts';

/**
 * Sets the version on the lines of any text that are marked: `README.md:x-version=1.4.2` changes the lines that contain the word `x-version`, and
 * those from `x-version-start` to `x-version-end`. Any word that begins with `x-` can be the marker, also that of
 * release-please, `x-release-please-version`.
 */
export const markedTextUpdater: Updater = {
  name: 'marked text',
  handles: ({ file, path }) => {
    const [step, ...rest] = path;
    return !/\.(?:ya?ml|json|toml)$/i.test(file) && rest.length === 0 && step?.kind === 'key' && MARKER.test(step.key);
  },
  update: updateMarkedText,
};

const MARKER = /^x-[a-z0-9]+(?:-[a-z0-9]+)*$/i;

function updateMarkedText(file: TextFile, { path, value }: Assignment): Update | { problem: string } {
  const [step] = path;
  const marker = step?.kind === 'key' ? step.key : '';
  const parsed = parseVersion(value);
  if ('problem' in parsed)
    return { problem: `${file.path}: ${marker} gets ${JSON.stringify(value)}, which ${parsed.problem}` };
  const version = versionText(parsed.value);
  const lines = file.text.split('\n');
  const marked = markedLines(lines, marker);
  if ('problem' in marked) return { problem: `${file.path}${marked.problem}` };
  const values: UpdatedValue[] = [];
  for (const { index, isOptional } of marked) {
    const line = lines[index] as string;
    const tokens = versionsIn(line);
    const [old, ...others] = [...new Set(tokens.map((token) => token.version))];
    if (old === undefined && isOptional) continue;
    const location = `${file.path}:${index + 1}: the line is marked ${marker}`;
    if (old === undefined) return { problem: `${location}, but has no version such as 1.4.2` };
    if (others.length > 0) return { problem: `${location}, but has several versions: ${[old, ...others].join(', ')}` };
    if (old === version) continue;
    const now = replaceTokens(line, tokens, version);
    if (versionsIn(now).length !== tokens.length || versionsIn(now).some((token) => token.version !== version))
      return { problem: `${location}, but ${version} cannot be read from it afterwards` };
    lines[index] = now;
    values.push({ line: index + 1, path: marker, old, now: version });
  }
  return { text: lines.join('\n'), values };
}

interface MarkedLine {
  index: number;
  /** Whether it can be without a version, as lines between two markers can. */
  isOptional: boolean;
}

function markedLines(lines: readonly string[], marker: string): MarkedLine[] | { problem: string } {
  const has = (line: string, word: string): boolean => new RegExp(`(?<![\\w-])${word}(?![\\w-])`, 'i').test(line);
  const marked: MarkedLine[] = [];
  let start: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (has(line, `${marker}-start`)) start ??= index;
    else if (has(line, `${marker}-end`)) {
      if (start === undefined) return { problem: `:${index + 1}: ${marker}-end has no ${marker}-start before it` };
      start = undefined;
    } else if (start !== undefined) marked.push({ index, isOptional: true });
    else if (has(line, marker)) marked.push({ index, isOptional: false });
  }
  if (start !== undefined) return { problem: `:${start + 1}: ${marker}-start has no ${marker}-end after it` };
  if (marked.length > 0) return marked;
  return {
    problem: `: no line is marked ${marker}; write it in a comment on the line, as in <!-- ${marker} --> or # ${marker}`,
  };
}

/** A version in a line. */
interface VersionToken {
  start: number;
  length: number;
  version: string;
  /** How a version is written there. */
  encode: (version: string) => string;
}

/**
 * A version without its `v`. What follows a dash is a pre-release only if it is called like one: in `1.4.2-linux.tar.gz` and `1.4.2-blue`
 * it belongs to a file's name or a badge.
 */
const VERSION =
  /(?<![A-Za-z0-9.])v?(?<version>\d+\.\d+\.\d+(?:-(?:(?:alpha|beta|rc|pre|preview|dev|snapshot|next|canary|nightly)[.-]?\d*|0|[1-9]\d*)(?:\.\d+)*(?![A-Za-z0-9]))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?)(?![A-Za-z0-9]|\.\d)/gi;

function versionsIn(line: string): VersionToken[] {
  const badges = badgeRanges(line);
  const inText = [...line.matchAll(VERSION)]
    .filter(({ index }) => !badges.some(({ start, end }) => index >= start && index < end))
    .map(({ index, 0: text, groups }) => {
      const version = groups?.version ?? '';
      return {
        start: index + text.length - version.length,
        length: version.length,
        version,
        encode: (now: string) => now,
      };
    });
  const inBadges = badgeParts(line).flatMap(({ start, text }) => {
    const [, prefix = '', version] = /^(v?)(\d.*)$/.exec(decodeBadge(text)) ?? [];
    if (version === undefined || 'problem' in parseVersion(version)) return [];
    return [{ start: start + prefix.length, length: text.length - prefix.length, version, encode: encodeBadge }];
  });
  return [...inText, ...inBadges].sort((a, b) => a.start - b.start);
}

const replaceTokens = (line: string, tokens: readonly VersionToken[], version: string): string =>
  tokens.reduceRight(
    (text, { start, length, encode }) => text.slice(0, start) + encode(version) + text.slice(start + length),
    line,
  );
