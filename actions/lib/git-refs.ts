import type { Parsed } from './runner/inputs.ts';

/** The name of a branch, with or without `refs/heads/`: `main`, `release/1.4`. */
export const parseBranchName = parserFor('refs/heads/');
/** The name of a tag, with or without `refs/tags/`: `v1.4.2`. */
export const parseTagName = parserFor('refs/tags/');

function parserFor(prefix: string): (text: string) => Parsed<string> {
  return (text) => {
    const name = text.startsWith(prefix) ? text.slice(prefix.length) : text;
    const problem = nameProblem(name, prefix);
    return problem === undefined ? { value: name } : { problem };
  };
}

/** What `git check-ref-format` refuses, character by character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: Git refuses control characters of ASCII, and only those
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\//;

/** Source: https://git-scm.com/docs/git-check-ref-format; a branch must not start with `-` (`git check-ref-format --branch`). */
function nameProblem(name: string, prefix: string): string | undefined {
  if (name.startsWith('refs/')) return `is not under ${prefix}`;
  const forbidden = FORBIDDEN.exec(name)?.[0];
  if (forbidden !== undefined) return `is not a valid Git reference name (it contains ${JSON.stringify(forbidden)})`;
  return name === '' || name === '@' || /^[-/]|[./]$/.test(name) || name.split('/').some(isForbiddenSegment)
    ? 'is not a valid Git reference name'
    : undefined;
}

const isForbiddenSegment = (segment: string): boolean => segment.startsWith('.') || segment.endsWith('.lock');
