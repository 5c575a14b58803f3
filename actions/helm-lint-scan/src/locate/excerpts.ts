/** Finds the line of a template that rendered a line. */
export interface ExcerptIndex {
  /** The identical line, otherwise the first line that sets the same key. */
  find(text: string): { line: number; exact: boolean };
}

export function createExcerptIndex(template: string): ExcerptIndex {
  const same = new Map<string, { line: number; exact: boolean }>();
  const keys = new Map<string, number>();
  for (const [at, raw] of template.split('\n').entries()) {
    const text = raw.trim();
    same.set(text, { line: same.get(text)?.line ?? at + 1, exact: !same.has(text) });
    const key = parseKey(text);
    if (key !== undefined && !keys.has(key)) keys.set(key, at + 1);
  }
  return { find: (text) => same.get(text) ?? { line: keys.get(parseKey(text) ?? '') ?? 1, exact: false } };
}

const parseKey = (text: string): string | undefined => /^(?:- )?["']?[\w./-]+["']?:/.exec(text)?.[0];
