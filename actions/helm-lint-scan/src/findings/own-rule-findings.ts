import type { Chart } from '../charts/chart.ts';
import type { ResourceSet } from '../check-resources.ts';
import { resourceDocument, resourceLabel } from '../manifests/resource.ts';
import { checkOwnRule, type OwnRulesBudget } from '../own-rules/evaluate.ts';
import type { OwnRule } from '../own-rules/own-rule.ts';
import { CaseVariables } from '../own-rules/variables.ts';
import type { Findings } from './findings.ts';

/** Report what violates the rules of the repository. */
export function reportOwnRules(
  set: ResourceSet,
  { rules, chart, budget }: { rules: readonly OwnRule[]; chart: Chart | undefined; budget: OwnRulesBudget },
  findings: Findings,
): void {
  const variables = new CaseVariables(set, chart);
  for (const rule of rules)
    for (const { rule: violated, problem } of checkOwnRule(rule, set, { variables, budget }))
      findings.add({
        rule: violated,
        level: problem.level,
        case: set.id,
        resource: resourceLabel(problem.resource),
        document: resourceDocument(problem.resource),
        path: problem.path,
        message: problem.message,
        location: () => set.locate(problem),
      });
}
