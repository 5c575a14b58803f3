import type { Actor } from '../accounts.ts';
import type { Store } from '../store/store.ts';
import type { MergeMethod, Repository, Rule, Ruleset } from '../store/types.ts';

/** What rules look at in a change of one ref. */
export interface RefChange {
  ref: string;
  kind: 'create' | 'update' | 'delete';
  /** Whether it is not a fast-forward. Called only when a rule needs it. */
  forced: () => Promise<boolean>;
  /** How a pull request is merged, when its merge through the API makes the change. */
  byPullRequest?: MergeMethod;
  /** The names of the jobs that passed on the new commit. Called only when a rule needs them. */
  passedChecks: () => Promise<ReadonlySet<string>>;
  /** Whether every new commit is signed and verified. Called only when a rule needs it. */
  allVerified: () => Promise<boolean>;
  /** Whether a new commit is a merge. Called only when a rule needs it. */
  hasMerges: () => Promise<boolean>;
}

/** The rules that the hub enforces. A ruleset with another rule cannot be created. */
const ENFORCED_RULES: ReadonlySet<string> = new Set([
  'creation',
  'update',
  'deletion',
  'required_linear_history',
  'required_signatures',
  'pull_request',
  'required_status_checks',
  'non_fast_forward',
]);

/** GitHub's id of the repository role `admin`. */
const ADMIN_ROLE_ID = 5;

/** The author of a change. */
export interface Author {
  actor: Actor;
  /** Whether the account administers the repository. */
  isAdmin: boolean;
}

export class Rules {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** The rules on a ref, for any actor. */
  forRef(repository: Repository, ref: string): { ruleset: Ruleset; rule: Rule }[] {
    return this.#rulesets(repository, ref).flatMap((ruleset) => ruleset.rules.map((rule) => ({ ruleset, rule })));
  }

  /** @returns GitHub's sentences for the rules that the change violates; empty when it is allowed */
  async violations(repository: Repository, author: Author, change: RefChange): Promise<string[]> {
    const rules = this.#rulesets(repository, change.ref)
      .filter((ruleset) => !canBypass(ruleset, author, change))
      .flatMap((ruleset) => ruleset.rules);
    const sentences: string[] = [];
    for (const rule of rules) {
      for (const sentence of await violationsOfRule(rule, change))
        if (!sentences.includes(sentence)) sentences.push(sentence);
    }
    return sentences;
  }

  #rulesets(repository: Repository, ref: string): Ruleset[] {
    const target = ref.startsWith('refs/tags/') ? 'tag' : ref.startsWith('refs/heads/') ? 'branch' : undefined;
    return this.#store.rulesets
      .list(repository.id)
      .filter((ruleset) => ruleset.enforcement === 'active' && ruleset.target === target)
      .filter((ruleset) => applies(ruleset, repository, ref));
  }
}

function applies(ruleset: Ruleset, repository: Repository, ref: string): boolean {
  const matches = (pattern: string): boolean => {
    if (pattern === '~ALL') return true;
    if (pattern === '~DEFAULT_BRANCH') return ref === `refs/heads/${repository.defaultBranch}`;
    return matchesPattern(pattern, ref);
  };
  return ruleset.include.some(matches) && !ruleset.exclude.some(matches);
}

/** Ruby's `fnmatch` with FNM_PATHNAME, which GitHub documents: `*` matches within a path segment, `**` across them. */
export function matchesPattern(pattern: string, ref: string): boolean {
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern.charAt(index);
    if (pattern.startsWith('**/', index)) {
      source += '(?:[^/]+/)*';
      index += 2;
    } else if (char === '*') {
      const double = pattern.charAt(index + 1) === '*';
      source += double ? '.*' : '[^/]*';
      if (double) index++;
    } else if (char === '?') source += '[^/]';
    else source += char.replace(/[\\^$.|+()[\]{}]/, '\\$&');
  }
  return new RegExp(`^${source}$`).test(ref);
}

/**
 * A job's token cannot bypass rules, because it is not an app that can be listed
 * (https://github.com/orgs/community/discussions/25305). An app is listed by the id of its account.
 */
function canBypass(ruleset: Ruleset, { actor, isAdmin }: Author, { byPullRequest }: RefChange): boolean {
  return ruleset.bypassActors.some(({ actor_type, actor_id, bypass_mode }) => {
    if (bypass_mode === 'pull_request' && byPullRequest === undefined) return false;
    if (actor_type === 'Integration') return actor.token.kind === 'app' && actor.account.id === actor_id;
    if (actor_type === 'User') return actor.token.kind === 'user' && actor.account.id === actor_id;
    if (actor_type === 'RepositoryRole') return actor.token.kind === 'user' && isAdmin && actor_id === ADMIN_ROLE_ID;
    return false;
  });
}

async function violationsOfRule(rule: Rule, change: RefChange): Promise<string[]> {
  const isBranchUpdate = change.kind === 'update';
  switch (rule.type) {
    case 'creation':
      return change.kind === 'create' ? ['Cannot create ref due to creations being restricted.'] : [];
    case 'update':
      return isBranchUpdate ? ['Cannot update this protected ref.'] : [];
    case 'deletion':
      return change.kind === 'delete' ? ['Cannot delete this protected ref.'] : [];
    case 'non_fast_forward':
      return isBranchUpdate && (await change.forced()) ? ['Cannot force-push to this branch.'] : [];
    case 'pull_request':
      return isBranchUpdate ? pullRequestViolations(rule, change.byPullRequest) : [];
    case 'required_linear_history':
      return change.kind !== 'delete' && (await change.hasMerges())
        ? ['This branch must not contain merge commits.']
        : [];
    case 'required_signatures':
      return change.kind !== 'delete' && !(await change.allVerified())
        ? ['Commits must have verified signatures.']
        : [];
    case 'required_status_checks':
      return isBranchUpdate ? missingChecks(rule, await change.passedChecks()) : [];
    default:
      throw new Error(`the hub cannot enforce the rule ${rule.type}`);
  }
}

function pullRequestViolations(rule: Rule, method: MergeMethod | undefined): string[] {
  if (method === undefined) return ['Changes must be made through a pull request.'];
  const allowed = (rule.parameters?.allowed_merge_methods ?? [method]) as MergeMethod[];
  return allowed.includes(method)
    ? []
    : [`Merging with the method "${method}" is not allowed by the rules of this branch.`];
}

/** Why the hub cannot enforce a rule, as a sentence; undefined when it can. */
export function unenforceable({ type, parameters = {} }: Rule): string | undefined {
  if (!ENFORCED_RULES.has(type)) return `the hub cannot enforce the rule "${type}"`;
  const requires = (name: string): boolean => Boolean(parameters[name]);
  if (
    type === 'pull_request' &&
    (requires('required_approving_review_count') || requires('require_code_owner_review'))
  ) {
    return 'the hub has no reviews, so it cannot require any';
  }
  if (type === 'required_status_checks' && requires('strict_required_status_checks_policy')) {
    return 'the hub cannot require a branch to be up to date';
  }
  return undefined;
}

function missingChecks(rule: Rule, passed: ReadonlySet<string>): string[] {
  const checks = (rule.parameters?.required_status_checks ?? []) as { context: string }[];
  const missing = checks.map(({ context }) => context).filter((context) => !passed.has(context));
  if (missing.length === 0) return [];
  if (missing.length === 1) return [`Required status check "${missing[0]}" is expected.`];
  return [`${missing.length} of ${checks.length} required status checks are expected.`];
}

/** GitHub's error message for a change that violates rules. */
export function violationMessage(sentences: readonly string[]): string {
  return `Repository rule violations found\n\n${sentences.map((sentence) => `${sentence}\n\n`).join('')}`;
}
