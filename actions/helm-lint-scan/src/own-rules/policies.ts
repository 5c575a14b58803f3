import { at, type Data, dataAt, isData, listAt, type Path, stringAt } from '../data.ts';
import type { Level } from '../rules/rule.ts';
import { matchesResources, unknownNamespaceLabels } from './match.ts';
import { OWN_PREFIX, type OwnRule, type Validation } from './own-rule.ts';
import { NAMED_EXPRESSIONS, type RulesDocument } from './rules-document.ts';
import type { Shape } from './shape.ts';

const API = 'admissionregistration.k8s.io/';
export const POLICY = 'ValidatingAdmissionPolicy';
export const BINDING = 'ValidatingAdmissionPolicyBinding';

/** Whether a document is a policy or a binding. */
export const isPolicyDocument = (value: unknown): boolean =>
  (stringAt(value, 'apiVersion') ?? '').startsWith(API) && [POLICY, BINDING].includes(stringAt(value, 'kind') ?? '');

const TEXTS: Shape = { list: 'text' };
const RESOURCE_RULES: Shape = {
  list: {
    fields: {
      apiGroups: TEXTS,
      apiVersions: TEXTS,
      operations: TEXTS,
      resources: TEXTS,
      resourceNames: TEXTS,
      scope: 'text',
    },
    required: ['apiGroups', 'apiVersions', 'operations', 'resources'],
  },
};
const MATCH: Shape = {
  fields: {
    matchPolicy: 'text',
    namespaceSelector: 'any',
    objectSelector: 'any',
    resourceRules: RESOURCE_RULES,
    excludeResourceRules: RESOURCE_RULES,
  },
};
const document = (spec: Shape): Shape => ({
  fields: { apiVersion: 'text', kind: 'text', metadata: 'any', spec, status: 'any' },
  required: ['metadata', 'spec'],
});

/** Source: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/validating-admission-policy-v1/ */
const POLICY_DOCUMENT = document({
  fields: {
    failurePolicy: { choice: ['Fail', 'Ignore'] },
    matchConstraints: MATCH,
    matchConditions: NAMED_EXPRESSIONS,
    validations: {
      list: {
        fields: { expression: 'text', message: 'text', messageExpression: 'text', reason: 'text' },
        required: ['expression'],
      },
    },
    variables: NAMED_EXPRESSIONS,
    auditAnnotations: 'any',
    paramKind: 'any',
  },
  required: ['matchConstraints'],
});
const BINDING_DOCUMENT = document({
  fields: { policyName: 'text', validationActions: TEXTS, matchResources: MATCH, paramRef: 'any' },
  required: ['policyName', 'validationActions'],
});

const UNAVAILABLE = new Map([
  ['params', 'but parameters are not supported'],
  ['authorizer', 'which only a cluster has'],
  ['namespaceObject', 'which only a cluster has'],
]);

/** A binding of a policy. */
export interface Binding {
  policy: string;
  level: Level;
  match: Data;
  /** 1-based. */
  line: number;
}

/** The rule of a policy, before its bindings are known. */
export function readPolicy(policy: RulesDocument): OwnRule[] {
  if (!policy.has(POLICY_DOCUMENT)) return [];
  const name = stringAt(policy.value, 'metadata', 'name');
  if (name === undefined) policy.report(['metadata'], `the ${POLICY} has no metadata.name`);
  const spec = dataAt(policy.value, 'spec');
  const { file } = policy;
  if (isData(spec.paramKind)) policy.report(['spec', 'paramKind'], 'a policy with parameters is not supported');
  const match = readMatch(policy, ['spec', 'matchConstraints']);
  const operations = listAt(match, 'resourceRules').flatMap((rule) => listAt(rule, 'operations'));
  if (!operations.some((operation) => operation === 'CREATE' || operation === '*'))
    policy.report(
      ['spec', 'matchConstraints'],
      'the policy applies to no CREATE request, so there is nothing to check here',
    );
  const validations = listAt(spec, 'validations').flatMap((validation, index) =>
    readValidation(policy, validation, index),
  );
  const line = policy.lineOf(['metadata', 'name']);
  return [
    {
      id: `${OWN_PREFIX}${name}`,
      level: 'error',
      title: `A resource violates the ${POLICY} ${name}`,
      help: `A cluster with this policy refuses the resource. See ${file}, line ${line}.`,
      file,
      line,
      applies: (candidate) => matchesResources(match, candidate),
      each: 'object',
      path: undefined,
      variables: policy.namedExpressions(['spec', 'variables'], UNAVAILABLE),
      conditions: policy.namedExpressions(['spec', 'matchConditions'], UNAVAILABLE),
      validations,
      sees: 'admitted',
      comparesResources: false,
      // The cluster accepts a resource on which an expression fails.
      failureLevel: spec.failurePolicy === 'Ignore' ? 'note' : 'error',
    },
  ];
}

function readValidation(policy: RulesDocument, validation: unknown, index: number): Validation[] {
  const path = ['spec', 'validations', index];
  const check = policy.expression([...path, 'expression'], UNAVAILABLE);
  const messageExpression = policy.expression([...path, 'messageExpression'], UNAVAILABLE);
  if (check === undefined) return [];
  if (/\brequest\s*\.\s*\??(?:userInfo|options|uid)\b/.test(check.text))
    policy.report([...path, 'expression'], 'expression uses a part of request that only a cluster knows');
  const message = stringAt(validation, 'message')?.trim() || `failed expression: ${check.text.trim()}`;
  return [{ check, message, messageExpression }];
}

const LEVELS = new Map<unknown, Level>([
  ['Deny', 'error'],
  ['Warn', 'warning'],
  ['Audit', 'note'],
]);

export function readBinding(binding: RulesDocument): Binding[] {
  if (!binding.has(BINDING_DOCUMENT)) return [];
  const spec = dataAt(binding.value, 'spec');
  if (isData(spec.paramRef)) binding.report(['spec', 'paramRef'], 'a binding with parameters is not supported');
  const actions = listAt(spec, 'validationActions');
  const level = [...LEVELS].find(([action]) => actions.includes(action))?.[1];
  if (level === undefined)
    binding.report(
      ['spec', 'validationActions'],
      `spec.validationActions has none of ${[...LEVELS.keys()].join(', ')}`,
    );
  const match = readMatch(binding, ['spec', 'matchResources']);
  return [
    {
      policy: stringAt(spec, 'policyName') ?? '',
      level: level ?? 'error',
      match,
      line: binding.lineOf(['spec', 'policyName']),
    },
  ];
}

function readMatch(rules: RulesDocument, path: Path): Data {
  const match = dataAt(rules.value, ...path);
  const labels = unknownNamespaceLabels(match);
  if (labels.length > 0)
    rules.report(
      [...path, 'namespaceSelector'],
      `namespaceSelector uses the label ${labels[0]}; only a cluster knows the labels of its namespaces, apart from kubernetes.io/metadata.name`,
    );
  for (const key of ['namespaceSelector', 'objectSelector'])
    if (at(match, key) !== undefined && at(match, key) !== null && !isData(at(match, key)))
      rules.report([...path, key], `${key} is not a mapping`);
  return match;
}

/** A rule with the level and the resources of its bindings. Without one it applies wherever the policy does. */
export function bindRule(rule: OwnRule, bindings: readonly Binding[]): OwnRule {
  const own = bindings.filter(({ policy }) => `${OWN_PREFIX}${policy}` === rule.id);
  if (own.length === 0) return rule;
  const level =
    [...LEVELS.values()].find((candidate) => own.some((binding) => binding.level === candidate)) ?? rule.level;
  return {
    ...rule,
    level,
    applies: (candidate) => rule.applies(candidate) && own.some(({ match }) => matchesResources(match, candidate)),
  };
}
