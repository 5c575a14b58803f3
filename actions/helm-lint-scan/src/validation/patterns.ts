/** A regular expression that takes linear time. */
export interface LinearPattern {
  test(text: string): boolean;
  /** What it matches in the text, from left to right, at most `limit` times. */
  findAll(text: string, limit: number): string[];
  /** As written: the validation library identifies equal patterns by it. */
  toString(): string;
}

export interface PatternEngine {
  /** @returns the compiled pattern, or why it is invalid, as the end of a sentence */
  compile(pattern: string): LinearPattern | { problem: string };
}

/**
 * The engine for patterns in scanned files. They are written for RE2, the regular expressions of Go, which always take linear time;
 * those of JavaScript can take exponential time (`^(([a-z0-9]+)[.-]?)*$` on 52 characters: more than 30 s, here 3 ms). What RE2
 * rejects, such as a look-ahead, the API server of Kubernetes rejects too. The alternatives: `re2` is native code, which a bundle cannot
 * contain, `re2-wasm` is unmaintained, and V8's linear engine is experimental. Loading it takes 15 ms, so it is loaded on demand.
 * Source: https://github.com/google/re2/wiki/Syntax
 */
export async function loadPatternEngine(): Promise<PatternEngine> {
  const { RE2JS, RE2JSException } = await import('re2js');
  const results = new Map<string, LinearPattern | { problem: string }>();
  const compile = (pattern: string): LinearPattern | { problem: string } => {
    try {
      const compiled = RE2JS.compile(pattern);
      const findAll = (text: string, limit: number): string[] => {
        const matcher = compiled.matcher(text);
        const found: string[] = [];
        while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '');
        return found;
      };
      return { test: (text) => compiled.matcher(text).find(), findAll, toString: () => pattern };
    } catch (error) {
      if (!(error instanceof RE2JSException)) throw error;
      return { problem: error.message.replace(/^error parsing regexp: /, '') };
    }
  };
  return {
    compile(pattern) {
      const result = results.get(pattern) ?? compile(pattern);
      results.set(pattern, result);
      return result;
    },
  };
}
