import type { Rule as CompiledRule } from '../cel/index.ts';
import type { Resource } from '../manifests/resource.ts';
import type { Level, RuleInfo } from '../rules/rule.ts';
import type { PathPattern } from './object-paths.ts';

/** The prefix of the ids of rules from the repository. */
export const OWN_PREFIX = 'own/';

/** A CEL expression of a rules file. */
export interface OwnExpression extends CompiledRule {
  text: string;
}

export interface NamedExpression {
  name: string;
  expression: OwnExpression;
}

export interface Validation {
  /** True for a resource that satisfies the rule. */
  check: OwnExpression;
  message: string;
  /** Takes precedence, unless its evaluation fails. */
  messageExpression: OwnExpression | undefined;
}

/** What decides whether a rule applies. */
export interface Candidate {
  resource: Resource;
  /** The directory of the chart, or `manifests`. */
  subject: string;
  namespace: string;
}

/** A rule of a file of the repository. */
export interface OwnRule extends RuleInfo {
  file: string;
  /** 1-based. */
  line: number;
  applies(candidate: Candidate): boolean;
  /** What is checked: the resource, each of its pods or each of its containers. */
  each: 'object' | 'pod' | 'container';
  /** Of the values to check, within the resource, the pod or the container. */
  path: PathPattern | undefined;
  /** As `variables.NAME`. Each can use those before it. */
  variables: readonly NamedExpression[];
  /** The rule applies where all are true. */
  conditions: readonly NamedExpression[];
  validations: readonly Validation[];
  /** `admitted`: as a ValidatingAdmissionPolicy sees it, with the defaults of the API server, and also the pods that are created from it. */
  sees: 'rendered' | 'admitted';
  /** Whether an expression uses `resources`. */
  comparesResources: boolean;
  /** The level of a finding that an expression of the rule cannot be evaluated. */
  failureLevel: Level;
}
