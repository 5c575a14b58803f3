import { Budget, type Value } from '../cel/index.ts';
import type { ResourceSet } from '../check-resources.ts';
import { formatPath, type Path } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { engineRules } from '../rules/engine.ts';
import type { Problem, RuleInfo } from '../rules/rule.ts';
import { withoutQuotes, withoutSecretsOf } from '../secrets.ts';
import { findSeen } from './created-pods.ts';
import { LazyVariables } from './lazy-variables.ts';
import { pathInExpression, withoutMissingParents } from './object-paths.ts';
import type { OwnExpression, OwnRule, Validation } from './own-rule.ts';
import { findTargets, type Target } from './targets.ts';
import type { CaseVariables } from './variables.ts';

/** What the expressions of all rules may do in one step: less than a minute. */
const MAX_STEPS = 50_000_000;

/** Limits the time that the rules of a repository take. */
export class OwnRulesBudget extends Budget {
  exhausted = false;

  constructor(steps = MAX_STEPS) {
    super(steps);
  }

  override spend(steps: number): void {
    try {
      super.spend(steps);
    } catch (error) {
      this.exhausted = true;
      throw error;
    }
  }
}

/** A violation of a rule, or `rule-failed`. */
export interface OwnRuleProblem {
  rule: RuleInfo;
  problem: Problem;
}

/** What violates a rule in the resources of a case, and on what the rule cannot be evaluated. */
export function* checkOwnRule(
  rule: OwnRule,
  set: Pick<ResourceSet, 'id' | 'resources'>,
  { variables, budget }: { variables: CaseVariables; budget: OwnRulesBudget },
): Generator<OwnRuleProblem> {
  for (const resource of set.resources) {
    for (const seen of findSeen(resource, rule)) {
      const namespace = variables.namespaceOf(seen.resource);
      if (!rule.applies({ resource: seen.resource, subject: set.id.subject, namespace })) continue;
      for (const target of findTargets(seen.resource, rule)) {
        const scope = { ...variables.for(seen.resource, rule), ...target.variables };
        const all = { ...scope, variables: new LazyVariables(rule.variables, scope, budget) };
        yield* checkTarget(rule, { resource, prefix: seen.prefix, target, variables: all, budget });
        if (budget.exhausted) return;
      }
    }
  }
}

interface TargetContext {
  resource: Resource;
  /** Of the target's paths in the resource. */
  prefix: Path;
  target: Target;
  variables: Readonly<Record<string, Value>>;
  budget: Budget;
}

function* checkTarget(rule: OwnRule, context: TargetContext): Generator<OwnRuleProblem> {
  const failures: string[] = [];
  for (const { name, expression } of rule.conditions) {
    const outcome = evaluateCondition(expression, context);
    if (outcome === false) return;
    if (outcome !== true) failures.push(`${name}: ${outcome.why}`);
  }
  const [failure] = failures;
  if (failure !== undefined) {
    yield failed(rule, context, failure);
    return;
  }
  for (const validation of rule.validations) {
    const outcome = evaluateCondition(validation.check, context);
    if (outcome === false) yield { rule, problem: violation(rule, validation, context) };
    else if (outcome !== true) yield failed(rule, context, outcome.why);
  }
}

/** The truth of an expression, or why it has none. */
function evaluateCondition(expression: OwnExpression, { variables, budget }: TargetContext): boolean | { why: string } {
  const outcome = expression.evaluate(variables, budget);
  if (outcome.state !== 'value') return { why: outcome.why };
  return typeof outcome.value === 'boolean' ? outcome.value : { why: 'the result is neither true nor false' };
}

function violation(rule: OwnRule, validation: Validation, context: TargetContext): Problem {
  const message = describe(messageOf(validation, context), context);
  return { resource: context.resource, ...locate(rule, validation.check, context), message };
}

function messageOf({ message, messageExpression }: Validation, { variables, budget }: TargetContext): string {
  const outcome = messageExpression?.evaluate(variables, budget);
  const text = outcome?.state === 'value' && typeof outcome.value === 'string' ? outcome.value.trim() : '';
  return text === '' ? message : text;
}

/** The path of the rule; without one, the deepest that the expression or its variables read. */
function locate(rule: OwnRule, check: OwnExpression, context: TargetContext): Pick<Problem, 'path' | 'about'> {
  const { target } = context;
  if (rule.path !== undefined) return placeOf(target.path, context);
  const used = rule.variables.filter(({ name }) => check.text.includes(`variables.${name}`));
  const texts = [check.text, ...used.map(({ expression }) => expression.text)];
  const paths = texts.map((text) => pathInExpression(text, target.roots));
  return placeOf(paths.find((path) => path.length > target.path.length) ?? target.path, context);
}

/** A path of the target, in the resource. */
function placeOf(path: Path, { resource, prefix }: TargetContext): Pick<Problem, 'path' | 'about'> {
  const full = [...prefix, ...path];
  return full.length === 0 ? { path: ['kind'], about: 'value' } : withoutMissingParents(resource.object, full);
}

const describe = (message: string, { prefix }: TargetContext): string =>
  prefix.length === 0 ? message : `its pods: ${message}`;

function failed(rule: OwnRule, context: TargetContext, why: string): OwnRuleProblem {
  const { resource, target } = context;
  const shown = withoutSecretsOf(resource, resource.kind === 'Secret' ? withoutQuotes(why) : why);
  const missing = target.exists ? '' : `; self is null, because there is no ${formatPath(target.path)}`;
  const text = `the rule ${rule.id} (${rule.file}, line ${rule.line}) cannot be evaluated: ${shown}${missing}`;
  const message = describe(text, context);
  return {
    rule: engineRules.ruleFailed,
    problem: { resource, ...placeOf(target.path, context), message, level: rule.failureLevel },
  };
}
