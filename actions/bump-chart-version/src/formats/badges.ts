/** A part of a text. */
export interface Part {
  start: number;
  text: string;
}

/** The path of a static badge after `/badge/`: LABEL-MESSAGE-COLOR or MESSAGE-COLOR, https://shields.io/badges/static-badge */
const BADGE = /\/badge\/([^\s)"'<>?#]+)/g;

/** A dash that separates two parts; a doubled one is a dash in a text. */
const SEPARATOR = /(?<!-)-(?!-)/;

/** The parts of the static badges in a line, as they are written. */
export function badgeParts(line: string): Part[] {
  return [...line.matchAll(BADGE)].flatMap((badge) => {
    const path = badge[1] ?? '';
    let start = badge.index + badge[0].length - path.length;
    return path.split(SEPARATOR).map((text) => {
      const part = { start, text };
      start += text.length + 1;
      return part;
    });
  });
}

/** The ranges of a line that are static badges. */
export const badgeRanges = (line: string): { start: number; end: number }[] =>
  [...line.matchAll(BADGE)].map(({ index, 0: text }) => ({ start: index, end: index + text.length }));

/** The text that a part shows. */
export const decodeBadge = (text: string): string =>
  text.replaceAll(/--|__|_|%2[Bb]|%20/g, (code) => DECODED[code.toUpperCase()] ?? code);

const DECODED: Readonly<Record<string, string>> = { '--': '-', __: '_', _: ' ', '%2B': '+', '%20': ' ' };

/** A version as a part of a badge. */
export const encodeBadge = (version: string): string => version.replaceAll('-', '--').replaceAll('+', '%2B');
