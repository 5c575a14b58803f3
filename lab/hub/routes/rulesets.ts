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

function present(call: Call, ruleset: Ruleset, detailed: boolean): Record<string, unknown> {
  const { core, repository } = call;
  const self = core.urls.api(repository, `/rulesets/${ruleset.id}`);
  const base = {
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
  };
  if (!detailed) return base;
  const isAdmin = call.caller !== null && core.isAdmin(call.caller, repository);
  return {
    ...base,
    conditions: { ref_name: { include: ruleset.include, exclude: ruleset.exclude } },
    rules: ruleset.rules,
    // GitHub shows who may bypass only to those who may change it.
    ...(isAdmin ? { bypass_actors: ruleset.bypassActors } : {}),
  };
}

function settings(body: RulesetBody, before?: Ruleset): Omit<Ruleset, 'id' | 'createdAt' | 'updatedAt'> {
  const faults: string[] = [];
  const target = body.target ?? before?.target ?? 'branch';
  if (target === 'push') faults.push('the hub has no push rulesets');
  const rules = body.rules ?? before?.rules ?? [];
  for (const rule of rules) {
    const fault = unenforceable(rule);
    if (fault) faults.push(fault);
  }
  const include = body.conditions?.ref_name?.include ?? before?.include ?? [];
  const exclude = body.conditions?.ref_name?.exclude ?? before?.exclude ?? [];
  for (const pattern of [...include, ...exclude]) {
    if (!/^(~ALL|~DEFAULT_BRANCH|refs\/.+)$/.test(pattern)) faults.push(`Invalid target patterns: '${pattern}'`);
  }
  if (faults.length > 0 || target === 'push') throw new ApiError(422, 'Validation Failed', faults);
  return {
    name: body.name ?? before?.name ?? '',
    target,
    enforcement: body.enforcement ?? before?.enforcement ?? 'active',
    bypassActors: body.bypass_actors ?? before?.bypassActors ?? [],
    include,
    exclude,
    rules,
  };
}

function save(call: Call, ruleset: Ruleset): Ruleset {
  const sameName = call.core.store.rulesets
    .list(call.repository.id)
    .some((other) => other.name === ruleset.name && other.id !== ruleset.id);
  if (sameName) throw new ApiError(422, 'Validation Failed', ['Name must be unique']);
  return call.core.store.rulesets.put(call.repository.id, ruleset.id, ruleset);
}

function createRuleset(call: Call): Reply {
  const time = now();
  const made = settings(call.body<RulesetBody>());
  const ruleset = save(call, { ...made, id: call.core.store.nextId(), createdAt: time, updatedAt: time });
  return created(present(call, ruleset, true));
}

export const rulesetHandlers: Handlers = {
  'repos/create-repo-ruleset': createRuleset,
};
