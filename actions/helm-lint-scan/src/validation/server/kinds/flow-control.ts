import { isBetween, isEmptyList, isRequiredName } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { dnsLabel, dnsSubdomain, type Format } from '../formats/names.ts';

/** Priority and fairness of requests. Source: pkg/apis/flowcontrol/validation/validation.go */

const MAX_PRECEDENCE = 10_000;
/** The server's own objects have fixed contents, which are not compared. */
const MANDATORY = ['exempt', 'catch-all'];

export function* checkFlowSchema(schema: Field): FieldErrors {
  const [spec, name] = [schema.at('spec'), schema.at('metadata', 'name').text];
  if (MANDATORY.includes(name)) return;
  const precedence = spec.at('matchingPrecedence');
  // Zero counts as absent.
  if ((precedence.number ?? 0) < 0) yield precedence.invalid('must be a positive value');
  if ((precedence.number ?? 0) > MAX_PRECEDENCE) yield precedence.invalid(`must not be greater than ${MAX_PRECEDENCE}`);
  if (precedence.number === 1) yield precedence.invalid("only the schema named 'exempt' may have matchingPrecedence 1");
  const method = spec.at('distinguisherMethod');
  if (method.isSet && !['ByNamespace', 'ByUser'].includes(method.at('type').text))
    yield method.at('type').unsupported(['ByNamespace', 'ByUser']);
  yield* isRequiredName(spec.at('priorityLevelConfiguration', 'name'), dnsSubdomain);
  for (const rule of spec.at('rules').items) yield* checkRule(rule);
}

function* checkRule(rule: Field): FieldErrors {
  const [subjects, resources, urls] = ['subjects', 'resourceRules', 'nonResourceRules'].map((key) => rule.at(key)) as [
    Field,
    Field,
    Field,
  ];
  if (isEmptyList(subjects)) yield subjects.required('subjects must contain at least one value');
  for (const subject of subjects.items) yield* checkSubject(subject);
  if (isEmptyList(resources) && isEmptyList(urls))
    yield rule.required('at least one of resourceRules and nonResourceRules has to be non-empty');
  for (const entry of resources.items) yield* checkResourceRule(entry);
  for (const entry of urls.items) {
    yield* checkVerbs(entry.at('verbs'));
    yield* checkList(entry.at('nonResourceURLs'), 'must contain at least one value');
    if (!entry.at('nonResourceURLs').texts.includes('*'))
      for (const url of entry.at('nonResourceURLs').items)
        for (const problem of urlPath(url.text)) yield url.invalid(problem);
  }
}

const SUBJECTS: Readonly<Record<string, string>> = { Group: 'group', ServiceAccount: 'serviceAccount', User: 'user' };

function* checkSubject(subject: Field): FieldErrors {
  const kind = subject.at('kind');
  const own = Object.hasOwn(SUBJECTS, kind.text) ? SUBJECTS[kind.text] : undefined;
  if (own === undefined) return yield kind.unsupported(Object.keys(SUBJECTS));
  for (const [name, key] of Object.entries(SUBJECTS))
    if (key !== own && subject.at(key).isSet)
      yield subject.at(key).forbidden(`${key} is forbidden when subject kind is not '${name}'`);
  const content = subject.at(own);
  if (!content.isSet) return yield content.required(`${own} is required when subject kind is '${kind.text}'`);
  const isAccount = own === 'serviceAccount';
  const isNamed: Format = isAccount ? (text) => (text === '*' ? [] : dnsSubdomain(text)) : () => [];
  yield* isRequiredName(content.at('name'), isNamed);
  if (isAccount) yield* isRequiredName(content.at('namespace'), dnsLabel);
}

function* checkResourceRule(rule: Field): FieldErrors {
  const namespaces = rule.at('namespaces');
  yield* checkVerbs(rule.at('verbs'));
  yield* checkList(rule.at('apiGroups'), 'resource rules must supply at least one api group');
  yield* checkList(rule.at('resources'), 'resource rules must supply at least one resource');
  if (isEmptyList(namespaces)) {
    if (!rule.at('clusterScope').isTrue)
      yield namespaces.required('resource rules that are not cluster scoped must supply at least one namespace');
  } else if (namespaces.texts.includes('*')) yield* checkList(namespaces);
  else
    for (const namespace of namespaces.items)
      for (const problem of dnsLabel(namespace.text)) yield namespace.invalid(problem);
}

/** A list that is not empty, with nothing beside a star. */
function* checkList(list: Field, detail = ''): FieldErrors {
  if (isEmptyList(list)) yield list.required(detail);
  else if (list.items.length > 1 && list.texts.includes('*'))
    yield list.invalid("if '*' is present, must not specify others");
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

function* checkVerbs(verbs: Field): FieldErrors {
  yield* checkList(verbs, 'verbs must contain at least one value');
  if (!verbs.texts.includes('*'))
    for (const verb of verbs.items) if (!VERBS.includes(verb.text)) yield verb.unsupported(VERBS);
}

/** Source: `ValidateNonResourceURLPath` */
const urlPath: Format = (path) => {
  if (path === '') return ['must not be empty'];
  if (path === '/') return [];
  if (!path.startsWith('/')) return ['must start with slash'];
  if (path.includes(' ')) return ['must not contain white-space'];
  if (path.includes('//')) return ['must not contain double slash'];
  const stars = path.split('*').length - 1;
  return stars === 0 || (stars === 1 && path.endsWith('/*')) ? [] : ['wildcard can only do suffix matching'];
};

const PERCENT = [0, 100] as const;

export function* checkPriorityLevel(level: Field): FieldErrors {
  const [spec, name] = [level.at('spec'), level.at('metadata', 'name').text];
  const [type, limited, exempt] = [spec.at('type'), spec.at('limited'), spec.at('exempt')];
  if (MANDATORY.includes(name)) return;
  if (type.text === 'Exempt') return yield type.invalid("must be 'Exempt' if and only if `name` is 'exempt'");
  if (type.text !== 'Limited') return yield type.unsupported(['Exempt', 'Limited']);
  if (exempt.isSet) yield exempt.forbidden('must be nil if the type is Limited');
  if (!limited.isSet) return yield limited.required('must not be empty when type is Limited');
  for (const key of ['nominalConcurrencyShares', 'borrowingLimitPercent'])
    if ((limited.at(key).number ?? 0) < 0) yield limited.at(key).invalid('must be a non-negative integer');
  yield* isBetween(limited.at('lendablePercent'), PERCENT);
  yield* checkLimitResponse(limited.at('limitResponse'));
}

const MAX_QUEUES = 10_000_000;

function* checkLimitResponse(response: Field): FieldErrors {
  const [type, queuing] = [response.at('type'), response.at('queuing')];
  if (type.text === 'Reject') {
    if (queuing.isSet) yield queuing.forbidden('must be nil if limited.limitResponse.type is not Limited');
    return;
  }
  if (type.text !== 'Queue') return yield type.unsupported(['Queue', 'Reject']);
  // Without numbers the server completes them.
  if (!queuing.isSet) return yield queuing.required('must not be empty if limited.limitResponse.type is Limited');
  const [queues, hand] = [queuing.at('queues'), queuing.at('handSize')];
  for (const key of ['queueLengthLimit', 'queues', 'handSize'])
    if ((queuing.at(key).number ?? 1) < 0) yield queuing.at(key).invalid('must be positive');
  if ((queues.number ?? 1) > MAX_QUEUES) yield queues.invalid(`must not be greater than ${MAX_QUEUES}`);
  const [size, count] = [hand.number || DEFAULT_HAND, queues.number || DEFAULT_QUEUES];
  if (size > count) yield hand.invalid(`should not be greater than queues (${count})`);
  else if (Math.ceil(Math.log2(count) * size) > MAX_HASH_BITS)
    yield hand.invalid(
      `required entropy bits of deckSize ${count} and handSize ${size} should not be greater than ${MAX_HASH_BITS}`,
    );
}

/** Source: apiserver/pkg/util/shufflesharding/shufflesharding.go */
const MAX_HASH_BITS = 60;

/** Source: pkg/apis/flowcontrol/v1/defaults.go */
const DEFAULT_HAND = 8;
const DEFAULT_QUEUES = 64;
