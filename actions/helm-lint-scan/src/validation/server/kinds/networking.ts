import {
  hasFormat,
  hasFormatIfSet,
  isCidr,
  isEmptyList,
  isExactlyOneOf,
  isMissing,
  isOneOf,
  isPort,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { isAddress, isStrictlyInside, parseNetwork } from '../formats/addresses.ts';
import {
  dnsLabel,
  dnsSubdomain,
  domainPrefixedPath,
  pathSegment,
  portName,
  wildcardSubdomain,
} from '../formats/names.ts';
import { serviceName } from '../metadata.ts';
import { PROTOCOLS } from '../pods/containers.ts';
import { checkSelector } from '../selectors.ts';

/** Source: pkg/apis/networking/validation/validation.go */

export function* checkIngress(ingress: Field, context: ServerContext): FieldErrors {
  const spec = ingress.at('spec');
  const [rules, fallback, className] = [spec.at('rules'), spec.at('defaultBackend'), spec.at('ingressClassName')];
  if (isEmptyList(rules) && !fallback.isSet) yield spec.invalid('either `defaultBackend` or `rules` must be specified');
  if (fallback.isSet) yield* checkBackend(fallback, context);
  for (const rule of rules.items) yield* checkRule(rule, context);
  for (const tls of spec.at('tls').items) {
    for (const host of tls.at('hosts').items)
      for (const problem of hostProblems(host.text)) yield host.invalid(problem);
    yield* hasFormat(tls.at('secretName'), dnsSubdomain);
  }
  yield* hasFormatIfSet(className, dnsSubdomain);
  const annotation = ingress.at('metadata', 'annotations', 'kubernetes.io/ingress.class');
  if (annotation.isSet && className.isSet && annotation.text !== className.text)
    yield annotation.invalid('must match `ingressClassName` when both are specified; remove the annotation');
}

const hostProblems = (host: string): string[] => (host.includes('*') ? wildcardSubdomain(host) : dnsSubdomain(host));

function* checkRule(rule: Field, context: ServerContext): FieldErrors {
  const host = rule.at('host');
  if (host.text !== '') {
    if (isAddress(host.text)) yield host.invalid('must be a DNS name, not an IP address');
    for (const problem of hostProblems(host.text))
      yield host.invalid(`${problem}${/:|\//.test(host.text) ? '; write it without a scheme, port or path' : ''}`);
  }
  const http = rule.at('http');
  if (!http.isSet) return;
  if (isEmptyList(http.at('paths'))) yield http.at('paths').required();
  for (const path of http.at('paths').items) yield* checkPath(path, context);
}

const INVALID_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const INVALID_SUFFIXES = ['/..', '/.'];

function* checkPath(entry: Field, context: ServerContext): FieldErrors {
  const [path, type] = [entry.at('path'), entry.at('pathType')];
  if (!type.isSet) return yield type.required('pathType must be specified');
  const isExact = type.text === 'Exact' || type.text === 'Prefix';
  if (!isExact && type.text !== 'ImplementationSpecific')
    yield type.unsupported(['Exact', 'ImplementationSpecific', 'Prefix']);
  else if (!path.text.startsWith('/') && (isExact || path.text !== '')) yield path.invalid('must be an absolute path');
  if (isExact) {
    for (const sequence of INVALID_SEQUENCES)
      if (path.text.includes(sequence)) yield path.invalid(`must not contain '${sequence}'`);
    for (const suffix of INVALID_SUFFIXES)
      if (path.text.endsWith(suffix)) yield path.invalid(`cannot end with '${suffix}'`);
  }
  yield* checkBackend(entry.at('backend'), context);
}

function* checkBackend(backend: Field, { minor }: ServerContext): FieldErrors {
  const [service, resource] = [backend.at('service'), backend.at('resource')];
  if (service.isSet && resource.isSet) return yield backend.invalid('cannot set both resource and service backends');
  if (resource.isSet) return yield* checkReference(resource);
  if (!service.isSet) return yield backend.invalid('resource or service backend is required');
  yield* isRequiredName(service.at('name'), serviceName(minor));
  const [name, number] = [service.at('port', 'name'), service.at('port', 'number')];
  const hasNumber = (number.number ?? 0) !== 0;
  if (name.text !== '' && hasNumber) yield service.at('port').invalid('cannot set both port name & port number');
  else if (name.text !== '') for (const problem of portName(name.text)) yield name.invalid(problem);
  else if (hasNumber) yield* isPort(number);
  else if (!name.isSet || name.value === '') yield service.at('port').required('port name or number is required');
}

function* checkReference(reference: Field): FieldErrors {
  yield* hasFormatIfSet(reference.at('apiGroup'), dnsSubdomain);
  for (const key of ['kind', 'name']) yield* isRequiredName(reference.at(key), pathSegment);
}

const MAX_CONTROLLER = 250;

export function* checkIngressClass(ingressClass: Field): FieldErrors {
  const controller = ingressClass.at('spec', 'controller');
  if (controller.text.length > MAX_CONTROLLER) yield controller.tooLong(MAX_CONTROLLER);
  yield* isRequiredName(controller, domainPrefixedPath);
  const parameters = ingressClass.at('spec', 'parameters');
  if (!parameters.isSet) return;
  yield* checkReference(parameters);
  const [scope, namespace] = [parameters.at('scope'), parameters.at('namespace')];
  yield* isExactlyOneOf(scope, ['Cluster', 'Namespace']);
  if (scope.text === 'Namespace') yield* isRequiredName(namespace, dnsLabel);
  // The default is Cluster.
  if ((scope.text || 'Cluster') === 'Cluster' && namespace.isSet)
    yield namespace.forbidden("`parameters.scope` is set to 'Cluster'");
}

export function* checkNetworkPolicy(policy: Field, context: ServerContext): FieldErrors {
  const spec = policy.at('spec');
  yield* checkSelector(spec.at('podSelector'));
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const rule of spec.at(direction).items) {
      for (const port of rule.at('ports').items) yield* checkPolicyPort(port);
      for (const peer of rule.at(peers).items) yield* checkPeer(peer, context);
    }
  const types = spec.at('policyTypes');
  if (types.items.length > 2) return yield types.invalid('may not specify more than two policyTypes');
  for (const type of types.items) {
    if (isMissing(type)) yield type.unsupported(['Ingress', 'Egress']);
    yield* isOneOf(type, ['Ingress', 'Egress']);
  }
}

function* checkPolicyPort(entry: Field): FieldErrors {
  const [port, end] = [entry.at('port'), entry.at('endPort')];
  yield* isExactlyOneOf(entry.at('protocol'), PROTOCOLS);
  if (typeof port.value === 'string') {
    for (const problem of portName(port.value)) yield port.invalid(problem);
    if (end.isSet) yield end.invalid('may not be specified when `port` is non-numeric');
  } else if (!port.isSet) {
    if (end.isSet) yield end.invalid('may not be specified when `port` is not specified');
  } else {
    yield* isPort(port);
    yield* isPort(end);
    if (end.number !== undefined && port.number !== undefined && end.number < port.number)
      yield end.invalid('must be greater than or equal to `port`');
  }
}

function* checkPeer(peer: Field, context: ServerContext): FieldErrors {
  const selectors = [peer.at('podSelector'), peer.at('namespaceSelector')].filter(({ isSet }) => isSet);
  const block = peer.at('ipBlock');
  for (const selector of selectors) yield* checkSelector(selector);
  if (!block.isSet) {
    if (selectors.length === 0) yield peer.required('must specify a peer: podSelector, namespaceSelector or ipBlock');
    return;
  }
  if (selectors.length > 0) yield peer.forbidden('may not specify both ipBlock and another peer');
  const cidr = block.at('cidr');
  if (isMissing(cidr)) return yield cidr.required();
  yield* isCidr(cidr, context);
  const network = parseNetwork(cidr.text);
  for (const except of block.at('except').items) {
    yield* isCidr(except, context);
    const inner = parseNetwork(except.text);
    if (network !== undefined && inner !== undefined && !isStrictlyInside(inner, network))
      yield except.invalid('must be a strict subset of `cidr`');
  }
}
