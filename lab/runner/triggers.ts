/**
 * Matches the `on:` block of a workflow file with an event.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
 */

export interface Trigger {
  event: string;
  /** The full ref, `refs/heads/main` or `refs/tags/v1.0.0`; the base branch of a pull request. */
  ref: string;
  /** The activity type of a pull request or release: `opened`, `synchronize`. */
  action?: string | undefined;
}

/** The default `types` of a `pull_request` trigger. */
const PULL_REQUEST_TYPES = ['opened', 'synchronize', 'reopened'];

/** Whether a workflow with this `on:` value runs for the trigger. Path filters are ignored: a workflow with one always runs. */
export function matchesTrigger(on: unknown, trigger: Trigger): boolean {
  if (typeof on === 'string') return matchesTrigger({ [on]: null }, trigger);
  if (Array.isArray(on)) return on.some((event) => matchesTrigger(event, trigger));
  if (typeof on !== 'object' || on === null || !(trigger.event in on)) return false;
  const filter = ((on as Record<string, unknown>)[trigger.event] ?? {}) as Record<string, unknown>;
  return matchesType(filter, trigger) && matchesRef(filter, trigger);
}

function matchesType(filter: Record<string, unknown>, { event, action }: Trigger): boolean {
  if (action === undefined) return true;
  const types = toList(filter.types) ?? (event === 'pull_request' ? PULL_REQUEST_TYPES : undefined);
  return types?.includes(action) ?? true;
}

function matchesRef(filter: Record<string, unknown>, { ref }: Trigger): boolean {
  const isTag = ref.startsWith('refs/tags/');
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  const [included, ignored] = isTag
    ? [filter.tags, filter['tags-ignore']]
    : [filter.branches, filter['branches-ignore']];
  const [otherIncluded, otherIgnored] = isTag
    ? [filter.branches, filter['branches-ignore']]
    : [filter.tags, filter['tags-ignore']];
  const patterns = toList(included);
  if (patterns !== undefined) return matchesPatterns(patterns, name);
  const ignoredPatterns = toList(ignored);
  if (ignoredPatterns !== undefined) return !matchesPatterns(ignoredPatterns, name);
  // A workflow that filters only branches does not run for tags, and vice versa.
  return otherIncluded === undefined && otherIgnored === undefined;
}

function toList(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** The last matching pattern decides; `!` excludes. */
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  return patterns.reduce((included, pattern) => {
    const negative = pattern.startsWith('!');
    return toRegExp(negative ? pattern.slice(1) : pattern).test(name) ? !negative : included;
  }, false);
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet */
function toRegExp(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*|[*?+.^${}()|\\]|\[[^\]]*\]/g, (token) => {
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?' || token === '+' || token.startsWith('[')) return token;
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

/** https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs */
export const hasSkipMarker = (message: string): boolean =>
  /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/.test(message);
