import {
  areUnique,
  hasFormat,
  isEmptyList,
  isExactlyOneOf,
  isMissing,
  isOneOf,
  isRequired,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dns1035Label, dnsSubdomain, type Format, pathSegment, qualifiedName } from '../formats/names.ts';
import { checkSelector } from '../selectors.ts';
import { checkConditions, checkRule, hasExpression } from './admission-rules.ts';

/** Admission policies. Their expressions are left to the API server. Source: pkg/apis/admissionregistration/validation/validation.go */

const MAX_AUDIT_ANNOTATIONS = 20;

export function* checkValidatingPolicy(policy: Field): FieldErrors {
  const spec = policy.at('spec');
  yield* checkPolicySpec(spec);
  const [validations, annotations] = [spec.at('validations'), spec.at('auditAnnotations')];
  if (isEmptyList(validations) && isEmptyList(annotations))
    yield validations.required('validations or auditAnnotations must contain at least one item');
  for (const validation of validations.items) yield* checkValidation(validation);
  if (annotations.items.length > MAX_AUDIT_ANNOTATIONS)
    yield annotations.invalid(`must not have more than ${MAX_AUDIT_ANNOTATIONS} auditAnnotations`);
  for (const annotation of annotations.items) {
    const key = annotation.at('key');
    for (const problem of qualifiedName(`${policy.at('metadata', 'name').text || 'name'}/${key.text}`))
      yield key.invalid(problem);
    yield* hasExpression(annotation.at('valueExpression'), 'valueExpression is not specified');
  }
  yield* areUnique(annotations.items.map((annotation) => annotation.at('key')));
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge'];

function* checkValidation(validation: Field): FieldErrors {
  const [message, expression] = [validation.at('message'), validation.at('messageExpression')];
  yield* hasExpression(validation.at('expression'), 'expression is not specified');
  if (message.text !== '') {
    if (message.text.trim() === '') yield message.invalid('message must be non-empty if specified');
    else if (/[\n\r]/.test(message.text.trim())) yield message.invalid('message must not contain line breaks');
  }
  if (expression.text !== '' && expression.text.trim() === '')
    yield expression.invalid('must be non-empty if specified');
  yield* isExactlyOneOf(validation.at('reason'), REASONS);
}

const PATCHES: Readonly<Record<string, string>> = {
  ApplyConfiguration: 'applyConfiguration',
  JSONPatch: 'jsonPatch',
};

export function* checkMutatingPolicy(policy: Field): FieldErrors {
  const spec = policy.at('spec');
  yield* checkPolicySpec(spec);
  yield* areMutable(spec.at('matchConstraints'));
  yield* isRequired(spec.at('reinvocationPolicy'));
  yield* isOneOf(spec.at('reinvocationPolicy'), ['IfNeeded', 'Never']);
  const mutations = spec.at('mutations');
  if (isEmptyList(mutations)) yield mutations.required('mutations must contain at least one item');
  for (const mutation of mutations.items) {
    const type = mutation.at('patchType');
    yield* isRequired(type);
    yield* isOneOf(type, Object.keys(PATCHES));
    if (!Object.hasOwn(PATCHES, type.text)) continue;
    for (const patch of Object.values(PATCHES)) {
      const field = mutation.at(patch);
      if (patch !== PATCHES[type.text]) {
        if (field.isSet) yield field.invalid(`must not be specified when patchType is ${type.text}`);
      } else if (!field.isSet) yield field.required(`must be specified when patchType is ${type.text}`);
      else yield* hasExpression(field.at('expression'));
    }
  }
}

/** Source: `validateValidatingAdmissionPolicySpec` and `validateMutatingAdmissionPolicySpec` */
function* checkPolicySpec(spec: Field): FieldErrors {
  yield* isExactlyOneOf(spec.at('failurePolicy'), ['Fail', 'Ignore']);
  if (spec.at('paramKind').isSet) yield* checkParameterKind(spec.at('paramKind'));
  const constraints = spec.at('matchConstraints');
  if (!constraints.isSet) yield constraints.required();
  else {
    yield* checkMatch(constraints);
    if (isEmptyList(constraints.at('resourceRules'))) yield constraints.at('resourceRules').required();
  }
  yield* checkConditions(spec.at('matchConditions'));
  for (const variable of spec.at('variables').items) {
    const name = variable.at('name');
    if (name.text.trim() === '') yield name.required('name is not specified');
    else if (!/^[_a-zA-Z]\w*$/.test(name.text)) yield name.invalid('must be a valid CEL identifier');
    yield* hasExpression(variable.at('expression'), 'expression is not specified');
  }
}

/** Source: `validateParamKind` */
function* checkParameterKind(parameter: Field): FieldErrors {
  const [version, kind] = [parameter.at('apiVersion'), parameter.at('kind')];
  yield* isRequired(version);
  yield* hasFormat(version, apiVersion);
  yield* isRequiredName(kind, (text) => dns1035Label(text.toLowerCase()));
}

const apiVersion: Format = (text) => {
  const parts = text.split('/');
  if (parts.length > 2) return [`unexpected GroupVersion string: ${text}`];
  const [group, version] = parts.length === 2 ? parts : ['', text];
  if (version === '' || version === undefined) return ['version must be specified'];
  return [...(group === '' || group === undefined ? [] : dnsSubdomain(group)), ...dns1035Label(version)];
};

/** Source: `validateMatchResources` */
function* checkMatch(match: Field): FieldErrors {
  yield* isExactlyOneOf(match.at('matchPolicy'), ['Equivalent', 'Exact']);
  for (const key of ['namespaceSelector', 'objectSelector']) yield* checkSelector(match.at(key));
  for (const rule of ['resourceRules', 'excludeResourceRules'].flatMap((key) => match.at(key).items)) {
    const names = rule.at('resourceNames').items;
    for (const name of names) for (const problem of pathSegment(name.text)) yield name.invalid(problem);
    yield* areUnique(names);
    yield* checkRule(rule);
  }
}

const MUTABLE = ['*', 'CONNECT', 'CREATE', 'UPDATE'];

/** What is deleted cannot be changed. */
function* areMutable(match: Field): FieldErrors {
  for (const operation of match.at('resourceRules').items.flatMap((rule) => rule.at('operations').items))
    if (!MUTABLE.includes(operation.text)) yield operation.unsupported(MUTABLE);
}

const ACTIONS = ['Audit', 'Deny', 'Warn'];

export function* checkValidatingBinding(binding: Field): FieldErrors {
  yield* checkBinding(binding);
  const actions = binding.at('spec', 'validationActions');
  if (isEmptyList(actions)) yield actions.required('at least one validation action is required');
  for (const action of actions.items) if (!ACTIONS.includes(action.text)) yield action.unsupported(ACTIONS);
  yield* areUnique(actions.items);
  if (['Deny', 'Warn'].every((action) => actions.texts.includes(action)))
    yield actions.invalid('must not contain both Deny and Warn');
}

export function* checkMutatingBinding(binding: Field): FieldErrors {
  yield* checkBinding(binding);
  yield* areMutable(binding.at('spec', 'matchResources'));
}

function* checkBinding(binding: Field): FieldErrors {
  const spec = binding.at('spec');
  yield* isRequiredName(spec.at('policyName'), dnsSubdomain);
  yield* checkParameters(spec.at('paramRef'));
  yield* checkMatch(spec.at('matchResources'));
}

/** Source: `validateParamRef` */
function* checkParameters(reference: Field): FieldErrors {
  if (!reference.isSet) return;
  const [name, selector, missing] = [
    reference.at('name'),
    reference.at('selector'),
    reference.at('parameterNotFoundAction'),
  ];
  yield* hasFormat(name, pathSegment);
  yield* checkSelector(selector);
  if (!isMissing(name) && selector.isSet) yield name.forbidden('name and selector are mutually exclusive');
  if (isMissing(name) && !selector.isSet) yield reference.required('one of name or selector must be specified');
  yield* isRequired(missing);
  yield* isOneOf(missing, ['Allow', 'Deny']);
}
