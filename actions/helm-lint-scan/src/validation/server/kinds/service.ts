import {
  areUnique,
  checkEndpointAddress,
  hasFormat,
  hasFormatIfSet,
  isBetween,
  isCidr,
  isEmptyList,
  isExactlyOneOf,
  isIpAddress,
  isOneOf,
  isPort,
  isPortOrName,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { familyOf } from '../formats/addresses.ts';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../formats/names.ts';
import { PROTOCOLS } from '../pods/containers.ts';
import { checkLabels } from '../selectors.ts';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const LOAD_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";

/** Source: `ValidateServiceCreate` in pkg/apis/core/validation/validation.go */
export function* checkService(service: Field, context: ServerContext): FieldErrors {
  const spec = service.at('spec');
  const type = spec.at('type').text || 'ClusterIP';
  yield* isOneOf(spec.at('type'), TYPES);
  yield* checkPorts(spec, type);
  yield* checkLabels(spec.at('selector'));
  if (type === 'ExternalName') yield* checkExternalName(spec);
  else yield* checkAddresses(spec, type, context);
  yield* isOneOf(spec.at('sessionAffinity'), ['ClientIP', 'None']);
  if (spec.at('sessionAffinity').text === 'ClientIP')
    yield* checkTimeout(spec.at('sessionAffinityConfig', 'clientIP', 'timeoutSeconds'));
  for (const address of spec.at('externalIPs').items) yield* checkEndpointAddress(address, context);
  yield* checkLoadBalancer(spec, type, context);
  yield* checkAnnotations(service, context);
  yield* checkTraffic(spec, type, context);
}

const isHeadless = (spec: Field): boolean =>
  spec.at('clusterIP').text === 'None' || spec.at('clusterIPs', 0).text === 'None';

function* checkPorts(spec: Field, type: string): FieldErrors {
  const ports = spec.at('ports');
  if (isEmptyList(ports) && !isHeadless(spec) && type !== 'ExternalName') yield ports.required();
  for (const port of ports.items) {
    const [name, target] = [port.at('name'), port.at('targetPort')];
    if (ports.items.length > 1) yield* isRequiredName(name);
    else yield* hasFormat(name, dnsLabel);
    yield* isPort(port.at('port'));
    yield* isOneOf(port.at('protocol'), PROTOCOLS);
    // Without one it is the port itself.
    if (target.value !== 0 && target.value !== '') yield* isPortOrName(target);
    yield* hasFormatIfSet(port.at('appProtocol'), qualifiedName);
    if (type === 'ClusterIP' && (port.at('nodePort').number ?? 0) !== 0)
      yield port.at('nodePort').forbidden("may not be used when `type` is 'ClusterIP'");
  }
  yield* areUnique(ports.items.map((port) => port.at('name')));
  yield* areNumbersUnique(ports.items, 'port');
  yield* areNumbersUnique(ports.items, 'nodePort');
}

/** Two ports may share a number if their protocols differ. */
function* areNumbersUnique(ports: readonly Field[], key: string): FieldErrors {
  const seen = new Set<string>();
  for (const port of ports) {
    const { number } = port.at(key);
    if (number === undefined || number === 0) continue;
    const pair = `${port.at('protocol').text || 'TCP'} ${number}`;
    if (seen.has(pair)) yield port.at(key).duplicate();
    seen.add(pair);
  }
}

function* checkExternalName(spec: Field): FieldErrors {
  for (const key of ['clusterIPs', 'ipFamilies'])
    if (!isEmptyList(spec.at(key))) yield spec.at(key).forbidden('may not be set for ExternalName services');
  for (const key of ['clusterIP', 'ipFamilyPolicy'])
    if (spec.at(key).text !== '') yield spec.at(key).forbidden('may not be set for ExternalName services');
  yield* isRequiredName(spec.at('externalName'), (text) => dnsSubdomain(text.replace(/\.$/, '')));
}

/** Source: `ValidateServiceClusterIPsRelatedFields` */
function* checkAddresses(spec: Field, type: string, context: ServerContext): FieldErrors {
  const [address, addresses, families] = [spec.at('clusterIP'), spec.at('clusterIPs'), spec.at('ipFamilies')];
  if (isHeadless(spec) && (type === 'LoadBalancer' || type === 'NodePort'))
    yield address.invalid(`may not be set to 'None' for ${type} services`);
  for (const field of [address, ...addresses.items])
    if (field.text !== 'None' && field.text !== '') yield* isIpAddress(field, context);
  if (address.text !== '' && addresses.items.length > 0 && addresses.at(0).text !== address.text)
    yield addresses.invalid('first value must match `clusterIP`');
  if (address.text === '' && addresses.items.length > 0)
    yield addresses.invalid('must be empty when `clusterIP` is not specified');
  if (addresses.items.length > 2) yield addresses.invalid('may only hold up to 2 values');
  if (addresses.items.length > 1) yield* checkPair(addresses);
  else yield* areOfFamilies(addresses.items.length > 0 ? addresses.items : [address], families);
  for (const family of families.items) yield* isExactlyOneOf(family, ['IPv4', 'IPv6']);
  yield* areUnique(families.items);
  yield* isExactlyOneOf(spec.at('ipFamilyPolicy'), ['PreferDualStack', 'RequireDualStack', 'SingleStack']);
}

/** Two addresses are one of each family. */
function* checkPair(addresses: Field): FieldErrors {
  if (addresses.texts[0] === 'None') return yield addresses.invalid("'None' must be the first and only value");
  const found = addresses.texts.map(familyOf);
  if (!found.includes(undefined) && new Set(found).size < found.length)
    yield addresses.invalid('may specify no more than one IP for each IP family');
}

const FAMILIES: Readonly<Record<string, string>> = { IPv4: 'ipv4', IPv6: 'ipv6' };

function* areOfFamilies(addresses: readonly Field[], families: Field): FieldErrors {
  for (const [index, address] of addresses.entries()) {
    const [found, wanted] = [familyOf(address.text), families.at(index).text];
    if (found !== undefined && Object.hasOwn(FAMILIES, wanted) && FAMILIES[wanted] !== found)
      yield address.invalid(`expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``);
  }
}

const MAX_TIMEOUT = 86400;

function* checkTimeout(timeout: Field): FieldErrors {
  const { number } = timeout;
  if (number !== undefined && (number <= 0 || number > MAX_TIMEOUT))
    yield timeout.invalid(`must be greater than 0 and less than ${MAX_TIMEOUT}`);
}

function* checkLoadBalancer(spec: Field, type: string, context: ServerContext): FieldErrors {
  const ranges = spec.at('loadBalancerSourceRanges');
  for (const range of ranges.items) yield* isCidr(range, context, range.text.trim());
  if (type === 'LoadBalancer') yield* hasFormatIfSet(spec.at('loadBalancerClass'), qualifiedName);
  else {
    if (ranges.items.length > 0) yield ranges.forbidden(LOAD_BALANCER_ONLY);
    for (const key of ['loadBalancerClass', 'allocateLoadBalancerNodePorts'])
      if (spec.at(key).isSet) yield spec.at(key).forbidden(LOAD_BALANCER_ONLY);
  }
}

const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';

/** What was an annotation before it was a field. */
function* checkAnnotations(service: Field, context: ServerContext): FieldErrors {
  const [hints, mode, ranges] = [HINTS, MODE, SOURCE_RANGES].map((key) =>
    service.at('metadata', 'annotations', key),
  ) as [Field, Field, Field];
  if (hints.isSet && mode.isSet && hints.text !== mode.text)
    yield mode.invalid(`must match annotations[${HINTS}] when both are specified`);
  if (!ranges.isSet || service.at('spec', 'loadBalancerSourceRanges').items.length > 0) return;
  if (service.at('spec', 'type').text !== 'LoadBalancer') yield ranges.forbidden(LOAD_BALANCER_ONLY);
  for (const range of ranges.text.trim() === '' ? [] : ranges.text.split(','))
    yield* isCidr(ranges, context, range.trim());
}

/** Source: `validateServiceExternalTrafficPolicy` and the functions after it */
function* checkTraffic(spec: Field, type: string, { minor }: ServerContext): FieldErrors {
  const external = spec.at('externalTrafficPolicy');
  const isExternal =
    ['LoadBalancer', 'NodePort'].includes(type) || (type === 'ClusterIP' && spec.at('externalIPs').items.length > 0);
  if (isExternal) yield* isOneOf(external, ['Cluster', 'Local']);
  else if (external.text !== '') yield external.invalid('may only be set for externally-accessible services');
  const healthCheck = spec.at('healthCheckNodePort');
  if ((healthCheck.number ?? 0) !== 0) {
    if (type !== 'LoadBalancer' || external.text !== 'Local')
      yield healthCheck.invalid("may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
    else yield* isBetween(healthCheck, [1, 65535]);
  }
  yield* isExactlyOneOf(spec.at('internalTrafficPolicy'), ['Cluster', 'Local']);
  yield* isExactlyOneOf(spec.at('trafficDistribution'), distributions(minor));
}

/** PreferSameZone and PreferSameNode are on by default from 1.34 (PreferSameTrafficDistribution). */
const distributions = (minor: number): string[] =>
  minor < 34 ? ['PreferClose'] : ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
