import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Go's older parser, which the API server uses for most fields, accepts zeros in front of the numbers of an IPv4 address.
 * Source: k8s.io/utils/net `ParseIPSloppy`
 */
const withoutLeadingZeros = (text: string): string =>
  /^\d+(\.\d+){3}$/.test(text) ? text.replaceAll(/(^|\.)0+(?=\d)/g, '$1') : text;

/** An address without the zone that Node accepts and Go does not. */
export function parseAddress(text: string): string | undefined {
  const address = withoutLeadingZeros(text);
  return isIP(address) === 0 || address.includes('%') ? undefined : address;
}

/** The family of an address. */
export function familyOf(text: string): Network['family'] | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  return isIPv4(address) ? 'ipv4' : 'ipv6';
}

export const isAddress = (text: string): boolean => parseAddress(text) !== undefined;

interface Network {
  address: string;
  family: 'ipv4' | 'ipv6';
  prefix: number;
}

/** A network such as `10.0.0.0/8`. */
export function parseNetwork(text: string): Network | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = match?.[1] === undefined ? undefined : parseAddress(match[1]);
  if (address === undefined) return undefined;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  const prefix = Number(match?.[2]);
  return prefix > (family === 'ipv4' ? 32 : 128) ? undefined : { address, family, prefix };
}

/** Whether `inner` is a smaller network in `outer`. */
export function isStrictlyInside(inner: Network, outer: Network): boolean {
  if (inner.family !== outer.family || inner.prefix <= outer.prefix) return false;
  const list = new BlockList();
  list.addSubnet(outer.address, outer.prefix, outer.family);
  return list.check(inner.address, inner.family);
}

const hasLeadingZeros = (text: string): boolean => withoutLeadingZeros(text) !== text;
/** An IPv4 address in one of IPv6, such as `::ffff:10.0.0.1`. */
const isMapped = (address: string): boolean =>
  MAPPED.check(address, isIPv4(address) ? 'ipv4' : 'ipv6') && !isIPv4(address);
const MAPPED = new BlockList();
MAPPED.addSubnet('::ffff:0:0', 96, 'ipv6');

/** What is wrong with the notation of a valid address. */
export function ambiguousAddress(text: string): string[] {
  if (hasLeadingZeros(text)) return ['must not have leading 0s'];
  return isMapped(text) ? ['must not be an IPv4-mapped IPv6 address'] : [];
}

/** What is wrong with the notation of a valid network. */
export function ambiguousNetwork(text: string): string[] {
  const network = parseNetwork(text);
  if (network === undefined) return [];
  const [address = '', prefix = ''] = text.split('/');
  if (hasLeadingZeros(address) || /^0\d/.test(prefix)) return ['must not have leading 0s in IP or prefix length'];
  if (isMapped(address)) return ['must not have an IPv4-mapped IPv6 address'];
  return hasHostBits(network) ? ['must not have bits set beyond the prefix length'] : [];
}

/** Whether there is a smaller address in the network. */
function hasHostBits({ address, family, prefix }: Network): boolean {
  const bits = family === 'ipv4' ? ipv4Bits(address) : ipv6Bits(address);
  return bits.slice(prefix).includes('1');
}

const ipv4Bits = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');

function ipv6Bits(address: string): string {
  const groups = (text: string): string[] =>
    text === ''
      ? []
      : text.split(':').flatMap((part) => {
          const bits = part.includes('.') ? ipv4Bits(part) : Number.parseInt(part, 16).toString(2).padStart(16, '0');
          return bits.length === 32 ? [bits.slice(0, 16), bits.slice(16)] : [bits];
        });
  const [head = '', tail = ''] = address.split('::');
  const [first, last] = [groups(head), groups(tail)];
  const zeros = address.includes('::')
    ? Array.from({ length: 8 - first.length - last.length }, () => '0'.repeat(16))
    : [];
  return [...first, ...zeros, ...last].join('');
}

const RESERVED: [prefix: string, detail: string][] = [
  ['0.0.0.0/32', 'may not be unspecified'],
  ['::/128', 'may not be unspecified'],
  ['127.0.0.0/8', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ['::1/128', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
  ['169.254.0.0/16', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  ['fe80::/10', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
  ['224.0.0.0/24', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ['ff02::/16', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
];

/** Why an address cannot be the one of an endpoint. Source: `ValidateEndpointIP` in pkg/apis/core/validation/validation.go */
export function reservedAddress(text: string): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  return RESERVED.find(([prefix]) => {
    const network = parseNetwork(prefix);
    if (network === undefined || network.family !== family) return false;
    const list = new BlockList();
    list.addSubnet(network.address, network.prefix, network.family);
    return list.check(address, family);
  })?.[1];
}
