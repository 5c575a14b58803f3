/**
 * Which workflows an event starts: the `on:` block of a workflow file against a push or pull request.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#on
 */

export interface Trigger {
  event: string;
  /** The full ref, `refs/heads/main` or `refs/tags/v1.0.0`; for a pull request its base branch. */
  ref: string;
  /** What happened to a pull request or release: `opened`, `synchronize`. */
  action?: string | undefined;
}

/** What a `pull_request` trigger without `types` reacts to. */
const PULL_REQUEST_TYPES = ['opened', 'synchronize', 'reopened'];

/** Whether a workflow with this `on:` value runs for the trigger. Path filters are not looked at: a workflow with one runs. */
export function startsOn(on: unknown, trigger: Trigger): boolean {
  if (typeof on === 'string') return startsOn({ [on]: null }, trigger);
  if (Array.isArray(on)) return on.some((event) => startsOn(event, trigger));
  if (typeof on !== 'object' || on === null || !(trigger.event in on)) return false;
  const filter = ((on as Record<string, unknown>)[trigger.event] ?? {}) as Record<string, unknown>;
  return typeFits(filter, trigger) && refFits(filter, trigger);
}

function typeFits(filter: Record<string, unknown>, { event, action }: Trigger): boolean {
  if (action === undefined) return true;
  const types = list(filter.types) ?? (event === 'pull_request' ? PULL_REQUEST_TYPES : undefined);
  return types?.includes(action) ?? true;
}

function refFits(filter: Record<string, unknown>, { ref }: Trigger): boolean {
  const isTag = ref.startsWith('refs/tags/');
  const name = ref.replace(/^refs\/(heads|tags)\//, '');
  const [wanted, ignored] = isTag ? [filter.tags, filter['tags-ignore']] : [filter.branches, filter['branches-ignore']];
  const [otherWanted, otherIgnored] = isTag
    ? [filter.branches, filter['branches-ignore']]
    : [filter.tags, filter['tags-ignore']];
  const patterns = list(wanted);
  if (patterns !== undefined) return matches(patterns, name);
  const ignoring = list(ignored);
  if (ignoring !== undefined) return !matches(ignoring, name);
  // A workflow that names only branches does not run for tags, and the other way round.
  return otherWanted === undefined && otherIgnored === undefined;
}

function list(value: unknown): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** The last pattern that fits decides; `!` takes back. */
export function matches(patterns: readonly string[], name: string): boolean {
  return patterns.reduce((included, pattern) => {
    const negative = pattern.startsWith('!');
    return filterPattern(negative ? pattern.slice(1) : pattern).test(name) ? !negative : included;
  }, false);
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet */
function filterPattern(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*\*|[*?+.^${}()|\\]|\[[^\]]*\]/g, (token) => {
    if (token === '**') return '.*';
    if (token === '*') return '[^/]*';
    if (token === '?' || token === '+' || token.startsWith('[')) return token;
    return `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}

/** https://docs.github.com/actions/how-tos/manage-workflow-runs/skip-workflow-runs */
export const asksToSkip = (message: string): boolean =>
  /\[(skip ci|ci skip|no ci|skip actions|actions skip)\]/.test(message);
