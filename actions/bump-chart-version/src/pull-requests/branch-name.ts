import { createHash } from 'node:crypto';
import { ActionError } from '../../../lib/errors.ts';
import { parseBranchName } from '../../../lib/git-refs.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import type { ChartResult } from '../plan/plan.ts';

const MAX_READABLE_LENGTH = 60;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 8);

/**
 * The branch for these charts and this base, unless the input `pull-request-branch` names another one: always the same, so that there is never
 * more than one pull request.
 */
export const defaultBranchName = (charts: readonly string[], base: string): string =>
  nameFor(`${[...charts].sort().join('+')}@${base}`);

/** The name that earlier versions gave the branch when the input `branch` was omitted. */
export const formerBranchName = (charts: readonly string[]): string => nameFor([...charts].sort().join('+'));

function nameFor(exact: string): string {
  const readable = exact
    .replaceAll(/[^A-Za-z0-9_]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, MAX_READABLE_LENGTH);
  // The hash distinguishes `helm/shop` from `helm-shop`, and a branch `x` cannot block a branch `x/y`.
  return `bump-chart-version/${readable || 'root'}-${hashOf(exact)}`;
}

/** A file name has at most 255 bytes, and Git keeps a branch in a file, beside one with `.next.lock` at the end of its name. */
const MAX_BRANCH_BYTES = 240;

interface BranchValues {
  charts: readonly ChartResult[];
  /** The name of the base. */
  base: string;
}

/**
 * The branch that the input `pull-request-branch` names.
 * @throws {ActionError} when a pull request cannot have that branch
 */
export function fillBranchName(template: string, { charts, base }: BranchValues): string {
  const values: Record<string, string> = {
    chart: readableList(charts.map(({ name }) => name)),
    version: readableList(charts.map(({ version }) => version)),
    branch: base,
  };
  const filled = template.replaceAll(/\{(\w+)\}/g, (placeholder, key: string) => values[key] ?? placeholder);
  const parsed = parseUsableBranch(filled, base);
  if ('value' in parsed) return parsed.value;
  throw new ActionError({
    what: `the branch ${JSON.stringify(filled)} cannot be used for a pull request`,
    why: `it ${parsed.problem}`,
    next: `Correct the input pull-request-branch, which is ${JSON.stringify(template)}. Nothing was changed.`,
  });
}

/** The name of a branch, with or without `refs/heads/`, that a pull request for this base can have. */
function parseUsableBranch(text: string, base: string): Parsed<string> {
  const parsed = parseBranchName(text);
  if ('problem' in parsed) return parsed;
  if (parsed.value === base) return { problem: 'is the branch that the pull request is for' };
  return Buffer.byteLength(parsed.value) > MAX_BRANCH_BYTES
    ? { problem: `is longer than ${MAX_BRANCH_BYTES} bytes` }
    : parsed;
}

/** The distinct values as a part of a name; a long list ends with a hash of all of them. */
function readableList(values: readonly string[]): string {
  const distinct = [...new Set(values)];
  const parts = distinct.map((value) => value.replaceAll(/[^A-Za-z0-9._]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, ''));
  const all = parts.join('-');
  return all.length <= MAX_READABLE_LENGTH
    ? all
    : `${all.slice(0, MAX_READABLE_LENGTH).replace(/[-.]+$/, '')}-${hashOf(distinct.join('+'))}`;
}
