import { isRuleId, suggestRule } from '../rules/index.ts';

/** A comment that hides findings on one line. */
export interface InlineIgnore {
  file: string;
  /** Of the comment. */
  line: number;
  /** The lines whose findings it hides: its own, and for a comment that is alone on its line the next one. */
  lines: readonly number[];
  rules: readonly string[];
  reason: string;
  /** The last day on which it applies, or `never`. */
  expires: string;
}

/** A comment that looks like one that hides findings, but is not valid. */
export interface InvalidIgnore {
  file: string;
  line: number;
  /** What is wrong, as the end of a sentence. */
  problem: string;
}

export interface InlineIgnores {
  valid: InlineIgnore[];
  invalid: InvalidIgnore[];
}

/** A comment of YAML or of a template: `# …` or between `{{/*` and its end. */
const COMMENT = /(?<=^|\s)#\s*helm-lint-scan:(?<yaml>.*)$|\{\{-?\s*\/\*\s*helm-lint-scan:(?<template>.*?)\*\/\s*-?\}\}/;
const MARK = 'helm-lint-scan:';

/** Read the comments in a text that hide findings: `# helm-lint-scan: ignore RULE, RULE until 2027-06-30 -- REASON`. */
export function readInlineIgnores(file: string, text: string): InlineIgnores {
  const found: InlineIgnores = { valid: [], invalid: [] };
  if (!text.includes(MARK)) return found;
  const comments = text.split(/\r?\n/).map(readComment);
  for (const [index, comment] of comments.entries()) {
    if (comment === undefined) continue;
    const line = index + 1;
    const parsed = parseIgnore(comment.text);
    if ('problem' in parsed) found.invalid.push({ file, line, problem: parsed.problem });
    else found.valid.push({ file, line, lines: [line, ...nextLine(comments, index)], ...parsed });
  }
  return found;
}

interface Comment {
  text: string;
  /** Whether nothing else is on its line. */
  alone: boolean;
}

function readComment(line: string): Comment | undefined {
  const match = line.includes(MARK) ? COMMENT.exec(line) : null;
  if (match === null) return undefined;
  const [{ length }, { yaml, template }] = [match[0], match.groups ?? {}];
  const rest = line.slice(0, match.index) + line.slice(match.index + length);
  return { text: (yaml ?? template ?? '').trim(), alone: rest.trim() === '' };
}

/** The line below a comment that is alone on its line. Several such comments have the same line. */
function nextLine(comments: readonly (Comment | undefined)[], index: number): number[] {
  if (comments[index]?.alone !== true) return [];
  let next = index + 1;
  while (comments[next]?.alone === true) next++;
  return [next + 1];
}

function parseIgnore(text: string): Pick<InlineIgnore, 'rules' | 'reason' | 'expires'> | { problem: string } {
  const [, body] = /^ignore\s+(.*)$/.exec(text) ?? [];
  if (body === undefined) return { problem: 'does not say what it ignores' };
  const at = body.search(/(?<=^|\s)--(?=\s)/);
  const reason = at < 0 ? '' : body.slice(at + 2).trim();
  if (reason === '') return { problem: 'gives no reason: write `-- ` and why after the rules' };
  const [names = '', until, ...more] = body
    .slice(0, at)
    .trim()
    .split(/\s+until\s+/);
  if (until !== undefined && (more.length > 0 || !isDay(until)))
    return { problem: `has ${JSON.stringify(until)} after until, which is not a date (2027-06-30)` };
  const rules = names.split(/[\s,]+/).filter((name) => name !== '');
  if (rules.length === 0) return { problem: 'names no rule' };
  const unknown = rules.find((rule) => !isRuleId(rule));
  if (unknown === undefined) return { rules, reason, expires: until ?? 'never' };
  const guess = suggestRule(unknown);
  const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
  return { problem: `names ${JSON.stringify(unknown)}, which is not a rule of this action${hint}` };
}

/** Whether a text is a date such as 2027-06-30. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
