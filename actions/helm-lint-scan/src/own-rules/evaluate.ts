import { Budget, type Value } from '../cel/index.ts';
import type { ResourceSet } from '../check-resources.ts';
import { formatPath, type Path } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { engineRules } from '../rules/engine.ts';
import type { Problem, RuleInfo } from '../rules/rule.ts';
import { withoutQuotes } from '../secrets.ts';
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
    const namespace = variables.namespaceOf(resource);
    if (!rule.applies({ resource, subject: set.id.subject, namespace })) continue;
    for (const target of findTargets(resource, rule)) {
      const scope = { ...variables.for(resource, rule), ...target.variables };
      const all = { ...scope, variables: new LazyVariables(rule.variables, scope, budget) };
      yield* checkTarget(rule, { resource, target, variables: all, budget });
      if (budget.exhausted) return;
    }
  }
}

interface TargetContext {
  resource: Resource;
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
  const { resource } = context;
  return { resource, ...locate(rule, validation.check, context), message: messageOf(validation, context) };
}

function messageOf({ message, messageExpression }: Validation, { variables, budget }: TargetContext): string {
  const outcome = messageExpression?.evaluate(variables, budget);
  const text = outcome?.state === 'value' && typeof outcome.value === 'string' ? outcome.value.trim() : '';
  return text === '' ? message : text;
}

/** The path of the rule; without one, the deepest that the expression or its variables read. */
function locate(
  rule: OwnRule,
  check: OwnExpression,
  { resource, target }: TargetContext,
): Pick<Problem, 'path' | 'about'> {
  if (rule.path !== undefined) return withoutMissingParents(resource.object, target.path);
  const used = rule.variables.filter(({ name }) => check.text.includes(`variables.${name}`));
  const texts = [check.text, ...used.map(({ expression }) => expression.text)];
  const paths = texts.map((text) => pathInExpression(text, target.roots));
  const path = paths.find((candidate) => candidate.length > target.path.length) ?? target.path;
  return path.length === 0 ? { path: ['kind'], about: 'value' } : withoutMissingParents(resource.object, path);
}

function failed(rule: OwnRule, { resource, target }: TargetContext, why: string): OwnRuleProblem {
  const shown = resource.kind === 'Secret' ? withoutQuotes(why) : why;
  const missing = target.exists ? '' : `; self is null, because there is no ${formatPath(target.path)}`;
  const message = `the rule ${rule.id} (${rule.file}, line ${rule.line}) cannot be evaluated: ${shown}${missing}`;
  const path: Path = target.path.length === 0 ? ['kind'] : target.path;
  return {
    rule: engineRules.ruleFailed,
    problem: { resource, ...withoutMissingParents(resource.object, path), message, level: rule.failureLevel },
  };
}
