import { hasFormat, isEmptyList, isMissing, isRequired, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsSubdomain, pathSegment } from '../formats/names.ts';
import { checkSelector } from '../selectors.ts';

/** Source: pkg/apis/rbac/validation/validation.go */

const GROUP = 'rbac.authorization.k8s.io';

export function* checkRole(role: Field): FieldErrors {
  for (const rule of role.at('rules').items) {
    const urls = rule.at('nonResourceURLs');
    yield* checkRule(rule);
    if (!isEmptyList(urls)) yield urls.invalid('namespaced rules cannot apply to non-resource URLs; use a ClusterRole');
  }
}

export function* checkClusterRole(role: Field): FieldErrors {
  for (const rule of role.at('rules').items) yield* checkRule(rule);
  const aggregation = role.at('aggregationRule');
  const selectors = aggregation.at('clusterRoleSelectors');
  if (aggregation.isSet && isEmptyList(selectors))
    yield selectors.required('at least one clusterRoleSelector required if aggregationRule is non-nil');
  for (const selector of selectors.items) yield* checkSelector(selector);
}

function* checkRule(rule: Field): FieldErrors {
  const [verbs, groups, resources, urls] = ['verbs', 'apiGroups', 'resources', 'nonResourceURLs'].map((key) =>
    rule.at(key),
  ) as [Field, Field, Field, Field];
  if (isEmptyList(verbs)) yield verbs.required('verbs must contain at least one value');
  if (isEmptyList(urls)) {
    if (isEmptyList(groups))
      yield groups.required("resource rules must supply at least one api group; '' is the core group");
    if (isEmptyList(resources)) yield resources.required('resource rules must supply at least one resource');
  } else if ([groups, resources, rule.at('resourceNames')].some((list) => !isEmptyList(list)))
    yield urls.invalid('rules cannot apply to both regular resources and non-resource URLs');
}

export function* checkRoleBinding(binding: Field): FieldErrors {
  yield* checkRoleRef(binding.at('roleRef'), ['Role', 'ClusterRole']);
  for (const subject of binding.at('subjects').items) yield* checkSubject(subject);
}

export function* checkClusterRoleBinding(binding: Field): FieldErrors {
  yield* checkRoleRef(binding.at('roleRef'), ['ClusterRole']);
  for (const subject of binding.at('subjects').items) {
    yield* checkSubject(subject);
    if (subject.at('kind').text === 'ServiceAccount') yield* isRequired(subject.at('namespace'));
  }
}

function* checkRoleRef(reference: Field, kinds: readonly string[]): FieldErrors {
  const [group, kind] = [reference.at('apiGroup'), reference.at('kind')];
  if (!isMissing(group) && group.text !== GROUP) yield group.unsupported([GROUP]);
  if (!kinds.includes(kind.text)) yield kind.unsupported(kinds);
  yield* isRequiredName(reference.at('name'), pathSegment);
}

const SUBJECTS = ['ServiceAccount', 'User', 'Group'];

function* checkSubject(subject: Field): FieldErrors {
  const [kind, name, group] = [subject.at('kind'), subject.at('name'), subject.at('apiGroup')];
  yield* isRequired(name);
  if (kind.text === 'ServiceAccount') {
    yield* hasFormat(name, dnsSubdomain);
    if (!isMissing(group)) yield group.unsupported(['']);
  } else if (SUBJECTS.includes(kind.text)) {
    if (!isMissing(group) && group.text !== GROUP) yield group.unsupported([GROUP]);
  } else yield kind.unsupported(SUBJECTS);
}
