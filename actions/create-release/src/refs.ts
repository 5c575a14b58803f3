import type { Parsed } from '../../lib/inputs.ts';

/**
 * A tag's or branch's name, with or without `refs/tags/` or `refs/heads/` in front, by Git's own rules.
 * Source: https://git-scm.com/docs/git-check-ref-format
 */
export function parseRefName(kind: 'tags' | 'heads'): (text: string) => Parsed<string> {
  const prefix = `refs/${kind}/`;
  return (text) => {
    const name = text.startsWith(prefix) ? text.slice(prefix.length) : text;
    const problem = nameProblem(name);
    return problem === undefined ? { value: name } : { problem };
  };
}

function nameProblem(name: string): string | undefined {
  if (name.startsWith('refs/')) return 'is a ref of another kind';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const bad = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\//.exec(name)?.[0];
  if (bad !== undefined) return `is not a name that Git accepts (it has ${JSON.stringify(bad)})`;
  if (name === '' || name === '@' || /^[-/]|[./]$/.test(name) || name.split('/').some(isBadSegment))
    return 'is not a name that Git accepts';
  return undefined;
}

const isBadSegment = (segment: string): boolean => segment.startsWith('.') || segment.endsWith('.lock');
