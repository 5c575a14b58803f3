import { isPattern } from '../inputs/files.ts';
import { loadPatternEngine } from '../validation/patterns.ts';

/** Whether a text is what a glob names. */
export type GlobMatch = (text: string) => boolean;

/**
 * Read globs that come with what is scanned. Node's own matcher makes an expression of them that goes back and forth: it takes
 * `Deployment/*a*a*a*a*ab` 47 s to see that it is not the name of 200 letters.
 * @param globs with `*` and `?` within a step of a path, `**` for any number of steps, `[a-z]`, `[!a-z]` and `{a,b}`
 */
export async function readGlobs(globs: Iterable<string>): Promise<ReadonlyMap<string, GlobMatch>> {
  const read = new Map<string, GlobMatch>();
  for (const glob of globs) {
    const pattern = isPattern(glob) ? (await loadPatternEngine()).read(globPattern(glob)) : { problem: 'it is a name' };
    // A name, or what is no pattern (`[z-a]`), is itself and nothing else.
    read.set(glob, (text) => text === glob || ('test' in pattern && pattern.test(text)));
  }
  return read;
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** Steps of a path, and what stands between them: `**` where it is a step of its own. */
const TOKEN = /(?<![^/])\*\*\/|(?<![^/])\*\*$|\*+|\?|\[[!^]?\]?[^\]/]*\]|[{},]|[^*?[\]{},]+|[\s\S]/g;

/** A glob as an expression of RE2, with as many parts as the glob has. */
function globPattern(glob: string): string {
  const tokens = glob.match(TOKEN) ?? [];
  const groups = groupsOf(tokens);
  const parts = tokens.map((token, index) => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**' && isWholeStep(tokens, index)) return '.*';
    if (token.startsWith('*')) return isWholeStep(tokens, index) ? '[^/]+' : '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[') && token.length > 2) return classOf(token);
    return groups.get(index) ?? escaped(token);
  });
  return `^(?s:${parts.join('')})$`;
}

/** `[a-z]` and `[!a-z]`; a slash is in none. */
function classOf(token: string): string {
  const not = /^\[[!^]/.test(token);
  const signs = token.slice(not ? 2 : 1, -1).replaceAll(/[\\[\]&~^]/g, '\\$&');
  return not ? `[^/${signs}]` : `[${signs}]`;
}

const isWholeStep = (tokens: readonly string[], index: number): boolean =>
  [tokens[index - 1]?.at(-1), tokens[index + 1]?.[0]].every((beside) => beside === undefined || beside === '/');

/** The signs of braces that hold a comma, as signs of RE2; others stand for themselves. */
function groupsOf(tokens: readonly string[]): Map<number, string> {
  const signs = new Map<number, string>();
  const open: number[][] = [];
  for (const [index, token] of tokens.entries()) {
    if (token === '{') open.push([index]);
    else if (token === ',') open.at(-1)?.push(index);
    else if (token === '}') {
      const [start, ...commas] = open.pop() ?? [];
      if (start === undefined || commas.length === 0) continue;
      signs.set(start, '(?:').set(index, ')');
      for (const comma of commas) signs.set(comma, '|');
    }
  }
  return signs;
}
