import {
  areUnique,
  checkEndpointAddress,
  hasFormat,
  hasFormatIfSet,
  isEmptyList,
  isExactlyOneOf,
  isOneOf,
  isPort,
  isRequired,
  isRequiredName,
} from '../checks.ts';
import type { Field, FieldErrors, ServerContext } from '../field.ts';
import { familyOf } from '../formats/addresses.ts';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../formats/names.ts';
import { PROTOCOLS } from '../pods/containers.ts';
import { checkLabels } from '../selectors.ts';

/** Source: `validateEndpointSubsets` in pkg/apis/core/validation/validation.go */
export function* checkEndpoints(endpoints: Field, context: ServerContext): FieldErrors {
  for (const subset of endpoints.at('subsets').items) {
    const addresses = ['addresses', 'notReadyAddresses'].flatMap((key) => subset.at(key).items);
    if (addresses.length === 0) yield subset.required('must specify `addresses` or `notReadyAddresses`');
    for (const address of addresses) {
      if (!address.at('ip').isSet) yield address.at('ip').required();
      yield* checkEndpointAddress(address.at('ip'), context);
      yield* hasFormat(address.at('hostname'), dnsLabel);
      yield* hasFormatIfSet(address.at('nodeName'), dnsSubdomain);
    }
    const ports = subset.at('ports').items;
    for (const port of ports) {
      if (ports.length > 1) yield* isRequiredName(port.at('name'));
      else yield* hasFormat(port.at('name'), dnsLabel);
      if (!port.at('port').isSet) yield port.at('port').required();
      yield* isPort(port.at('port'));
      yield* isOneOf(port.at('protocol'), PROTOCOLS);
      yield* hasFormatIfSet(port.at('appProtocol'), qualifiedName);
    }
  }
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const FAMILIES: Readonly<Record<string, string>> = { IPv4: 'ipv4', IPv6: 'ipv6' };
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_HINTS = 8;
const MAX_TOPOLOGY = 16;

/** Source: pkg/apis/discovery/validation/validation.go */
export function* checkEndpointSlice(slice: Field, context: ServerContext): FieldErrors {
  const type = slice.at('addressType');
  yield* isRequired(type);
  yield* isOneOf(type, ADDRESS_TYPES);
  const names = slice.at('ports').items.map((port) => port.at('name'));
  for (const port of slice.at('ports').items) {
    yield* isExactlyOneOf(port.at('protocol'), PROTOCOLS);
    yield* hasFormatIfSet(port.at('appProtocol'), qualifiedName);
  }
  for (const name of names) yield* hasFormat(name, dnsLabel);
  yield* arePortNamesUnique(names);
  const endpoints = slice.at('endpoints');
  if (endpoints.items.length > MAX_ENDPOINTS) return yield endpoints.tooMany(MAX_ENDPOINTS);
  for (const endpoint of endpoints.items) yield* checkEndpoint(endpoint, type.text, context);
}

/** Two ports without a name have the same one, too. */
function* arePortNamesUnique(names: readonly Field[]): FieldErrors {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.text)) yield name.duplicate(name.text);
    seen.add(name.text);
  }
}

function* checkEndpoint(endpoint: Field, type: string, context: ServerContext): FieldErrors {
  const addresses = endpoint.at('addresses');
  if (isEmptyList(addresses)) yield addresses.required('must contain at least 1 address');
  if (addresses.items.length > MAX_ADDRESSES) yield addresses.tooMany(MAX_ADDRESSES);
  for (const address of addresses.items) yield* checkSliceAddress(address, type, context);
  yield* hasFormatIfSet(endpoint.at('nodeName'), dnsSubdomain);
  yield* hasFormatIfSet(endpoint.at('hostname'), dnsLabel);
  const topology = endpoint.at('deprecatedTopology');
  if (topology.entries.length > MAX_TOPOLOGY) yield topology.tooMany(MAX_TOPOLOGY);
  yield* checkLabels(topology);
  for (const [key, format] of [
    ['forZones', labelValue],
    ['forNodes', dnsSubdomain],
  ] as const) {
    const hints = endpoint.at('hints', key);
    const names = hints.items.map((hint) => hint.at('name'));
    if (names.length > MAX_HINTS) yield hints.tooMany(MAX_HINTS);
    else for (const name of names) for (const problem of format(name.text)) yield name.invalid(problem);
    yield* areUnique(names);
  }
}

function* checkSliceAddress(address: Field, type: string, context: ServerContext): FieldErrors {
  if (type === 'FQDN') {
    const domain = address.text.replace(/\.$/, '');
    for (const problem of dnsSubdomain(domain)) yield address.invalid(problem);
    if (!domain.includes('.')) yield address.invalid('should be a domain with at least two segments separated by dots');
    return;
  }
  yield* checkEndpointAddress(address, context);
  const [family, expected] = [familyOf(address.text), FAMILIES[type]];
  if (family !== undefined && expected !== undefined && family !== expected)
    yield address.invalid(`must be an ${type} address`);
}
