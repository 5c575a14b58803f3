import { ApiError } from '../errors.ts';
import { unenforceable } from '../refs/rules.ts';
import { type Call, created, type Handlers, type Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { BypassActor, Rule, Ruleset } from '../store/types.ts';
import { nodeId } from '../urls.ts';

interface RulesetBody {
  name?: string;
  target?: 'branch' | 'tag' | 'push';
  enforcement?: Ruleset['enforcement'];
  bypass_actors?: BypassActor[];
  conditions?: { ref_name?: { include?: string[]; exclude?: string[] } };
  rules?: Rule[];
}

function present(call: Call, ruleset: Ruleset): Record<string, unknown> {
  const { core, repository } = call;
  const self = core.urls.api(repository, `/rulesets/${ruleset.id}`);
  const isAdmin = call.caller !== null && core.isAdmin(call.caller, repository);
  return {
    id: ruleset.id,
    name: ruleset.name,
    target: ruleset.target,
    source_type: 'Repository',
    source: `${repository.owner}/${repository.name}`,
    enforcement: ruleset.enforcement,
    node_id: nodeId('RepositoryRuleset', ruleset.id),
    _links: { self: { href: self }, html: { href: core.urls.html(repository, `/rules/${ruleset.id}`) } },
    created_at: ruleset.createdAt,
    updated_at: ruleset.updatedAt,
    conditions: { ref_name: { include: ruleset.include, exclude: ruleset.exclude } },
    rules: ruleset.rules,
    // GitHub shows the bypass actors only to administrators.
    ...(isAdmin ? { bypass_actors: ruleset.bypassActors } : {}),
  };
}

/** @throws ApiError 422 with all problems */
function parseRuleset(body: RulesetBody): Omit<Ruleset, 'id' | 'createdAt' | 'updatedAt'> {
  const problems: string[] = [];
  const target = body.target ?? 'branch';
  if (target === 'push') problems.push('the hub has no push rulesets');
  const rules = body.rules ?? [];
  for (const rule of rules) {
    const problem = unenforceable(rule);
    if (problem) problems.push(problem);
  }
  const include = body.conditions?.ref_name?.include ?? [];
  const exclude = body.conditions?.ref_name?.exclude ?? [];
  for (const pattern of [...include, ...exclude]) {
    if (!/^(~ALL|~DEFAULT_BRANCH|refs\/.+)$/.test(pattern)) problems.push(`Invalid target patterns: '${pattern}'`);
  }
  if (problems.length > 0 || target === 'push') throw new ApiError(422, 'Validation Failed', { errors: problems });
  return {
    name: body.name ?? '',
    target,
    enforcement: body.enforcement ?? 'active',
    bypassActors: body.bypass_actors ?? [],
    include,
    exclude,
    rules,
  };
}

function createRuleset(call: Call): Reply {
  const { core, repository } = call;
  const settings = parseRuleset(call.body<RulesetBody>());
  const isTaken = core.store.rulesets.list(repository.id).some(({ name }) => name === settings.name);
  if (isTaken) throw new ApiError(422, 'Validation Failed', { errors: ['Name must be unique'] });
  const time = now();
  const ruleset: Ruleset = { ...settings, id: core.store.nextId(), createdAt: time, updatedAt: time };
  core.store.rulesets.put(repository.id, ruleset.id, ruleset);
  return created(present(call, ruleset));
}

export const rulesetHandlers: Handlers = {
  'repos/create-repo-ruleset': createRuleset,
};
