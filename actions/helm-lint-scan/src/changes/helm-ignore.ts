/** Whether Helm leaves a file of a chart out of its package. */
export type HelmIgnore = (path: string) => boolean;

interface Pattern {
  negated: boolean;
  directoryOnly: boolean;
  matches(path: string): boolean;
}

/** Helm's own rule, beside those of the file. */
const DEFAULT_RULE = 'templates/.?*';

/**
 * Read a `.helmignore`.
 * Source: https://github.com/helm/helm/blob/v4.3.1/pkg/ignore/rules.go, `Parse` and `Ignore`
 */
export function readHelmIgnore(text: string): HelmIgnore {
  const patterns = [...text.replace(/^\uFEFF/, '').split(/\r?\n/), DEFAULT_RULE].flatMap((line) => {
    const rule = line.trim();
    // Helm refuses a file with `**`, so that nothing is packed.
    return rule === '' || rule.startsWith('#') || rule.includes('**') ? [] : [parsePattern(rule)];
  });
  const ignores = (path: string, isDirectory: boolean): boolean => {
    for (const { negated, directoryOnly, matches } of patterns) {
      if (
        negated ? (directoryOnly && !isDirectory) || !matches(path) : (isDirectory || !directoryOnly) && matches(path)
      )
        return true;
    }
    return false;
  };
  return (path) => {
    const steps = path.split('/');
    // Nothing in an ignored directory is packed.
    return steps.some((_, index) => ignores(steps.slice(0, index + 1).join('/'), index < steps.length - 1));
  };
}

function parsePattern(rule: string): Pattern {
  const negated = rule.startsWith('!');
  const text = negated ? rule.slice(1) : rule;
  const directoryOnly = text.endsWith('/');
  const glob = directoryOnly ? text.slice(0, -1) : text;
  const matches = (path: string): boolean => {
    // Without a slash, the pattern is compared with the name alone.
    if (!glob.includes('/')) return matchesName(glob, path.slice(path.lastIndexOf('/') + 1));
    const [steps, names] = [glob.replace(/^\//, '').split('/'), path.split('/')];
    return steps.length === names.length && steps.every((step, index) => matchesName(step, names[index] ?? ''));
  };
  return { negated, directoryOnly, matches };
}

/** A part of a pattern that stands for one character, or `*` for any number of them. */
type Part = '*' | ((character: string) => boolean);

/** As Go's `filepath.Match` does, in a time that grows only with the product of the lengths. */
function matchesName(glob: string, name: string): boolean {
  const parts = (glob.match(/\\[\s\S]|\[\^?\]?[^\]]*\]|[\s\S]/g) ?? []).map(toPart);
  const characters = [...name];
  let [part, character, star, retry] = [0, 0, -1, 0];
  while (character < characters.length) {
    const current = parts[part];
    if (current === '*') [star, retry, part] = [part, character, part + 1];
    else if (current?.(characters[character] ?? '')) [part, character] = [part + 1, character + 1];
    else if (star >= 0) [part, character, retry] = [star + 1, retry + 1, retry + 1];
    else return false;
  }
  return parts.slice(part).every((rest) => rest === '*');
}

function toPart(token: string): Part {
  if (token === '*') return '*';
  if (token === '?') return () => true;
  if (token.startsWith('[') && token.length > 2) return toClass(token);
  const literal = token.length > 1 ? token.slice(1) : token;
  return (character) => character === literal;
}

/** `[a-z]` and `[^a-z]` */
function toClass(token: string): (character: string) => boolean {
  const negated = token.startsWith('[^');
  const signs = [...token.slice(negated ? 2 : 1, -1)];
  const ranges: [string, string][] = [];
  for (let index = 0; index < signs.length; index++) {
    const [from = '', dash, to] = signs.slice(index, index + 3);
    const isRange = dash === '-' && to !== undefined;
    ranges.push([from, isRange ? to : from]);
    if (isRange) index += 2;
  }
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== negated;
}
