/** A regular expression whose cost grows with the text alone. */
export interface LinearPattern {
  test(text: string): boolean;
  /** As it was written: the validation library knows equal patterns by this. */
  toString(): string;
}

export interface PatternEngine {
  /** @returns the pattern, or why there is none: the end of a sentence */
  compile(pattern: string): LinearPattern | { problem: string };
}

/**
 * The engine for patterns that come with what is scanned. They were written for Go's regular expressions, RE2, which cannot be made to
 * search without end as JavaScript's can (`^(([a-z0-9]+)[.-]?)*$`, 52 letters: more than 30 s there, 3 ms here); what RE2 refuses,
 * such as a look-ahead, the API server of Kubernetes refuses too. Of the others, `re2` is native code that a bundle cannot hold,
 * `re2-wasm` is no longer kept, and V8's own linear engine is an experiment. Loading it takes 15 ms, so it is loaded when there is such a pattern.
 * Source: https://github.com/google/re2/wiki/Syntax
 */
export async function loadPatternEngine(): Promise<PatternEngine> {
  const { RE2JS, RE2JSException } = await import('re2js');
  const results = new Map<string, LinearPattern | { problem: string }>();
  const compile = (pattern: string): LinearPattern | { problem: string } => {
    try {
      const compiled = RE2JS.compile(pattern);
      return { test: (text) => compiled.matcher(text).find(), toString: () => pattern };
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
