import { isPattern } from '../inputs/files.ts';
import { loadPatternEngine } from '../validation/patterns.ts';

/** Whether a glob matches the text. */
export type GlobMatch = (text: string) => boolean;

/**
 * Compile globs of the scanned repository. Node's own matcher makes a backtracking expression of them: `Deployment/*a*a*a*a*ab` takes 47 s
 * to not match a name of 200 characters.
 * @param globs with `*` and `?` within a step of a path, `**` for any number of steps, `[a-z]`, `[!a-z]` and `{a,b}`
 */
export async function compileGlobs(globs: Iterable<string>): Promise<ReadonlyMap<string, GlobMatch>> {
  const read = new Map<string, GlobMatch>();
  for (const glob of globs) {
    const pattern = isPattern(glob) ? (await loadPatternEngine()).compile(globPattern(glob)) : { problem: 'is a name' };
    // A name, or an invalid pattern (`[z-a]`), matches only itself.
    read.set(glob, (text) => text === glob || ('test' in pattern && pattern.test(text)));
  }
  return read;
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** The parts of a glob; `**` only where it is a whole segment of the path. */
const TOKEN = /(?<![^/])\*\*\/|(?<![^/])\*\*$|\*+|\?|\[[!^]?\]?[^\]/]*\]|[{},]|[^*?[\]{},]+|[\s\S]/g;

/** A glob as an RE2 expression, with as many parts as the glob has. */
function globPattern(glob: string): string {
  const tokens = glob.match(TOKEN) ?? [];
  const groups = findGroups(tokens);
  const parts = tokens.map((token, index) => {
    if (token === '**/') return '(?:[^/]+/)*';
    if (token === '**' && isWholeStep(tokens, index)) return '.*';
    if (token.startsWith('*')) return isWholeStep(tokens, index) ? '[^/]+' : '[^/]*';
    if (token === '?') return '[^/]';
    if (token.startsWith('[') && token.length > 2) return toClass(token);
    return groups.get(index) ?? escaped(token);
  });
  return `^(?s:${parts.join('')})$`;
}

/** `[a-z]` and `[!a-z]`, neither of which matches a slash. */
function toClass(token: string): string {
  const not = /^\[[!^]/.test(token);
  const signs = token.slice(not ? 2 : 1, -1).replaceAll(/[\\[\]&~^]/g, '\\$&');
  return not ? `[^/${signs}]` : `[${signs}]`;
}

const isWholeStep = (tokens: readonly string[], index: number): boolean =>
  [tokens[index - 1]?.at(-1), tokens[index + 1]?.[0]].every((beside) => beside === undefined || beside === '/');

/** The braces that contain a comma, as RE2 groups, by their index; other braces match themselves. */
function findGroups(tokens: readonly string[]): Map<number, string> {
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
