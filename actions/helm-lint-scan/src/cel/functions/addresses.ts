import { isIP } from 'node:net';
import { EvaluationError } from '../errors.ts';
import { isText, OpaqueValue, type Value } from '../values.ts';
import type { CelFunction, FunctionTable } from './function.ts';

const IP = 'net.IP';
const CIDR = 'net.CIDR';

interface Address {
  family: 4 | 6;
  number: bigint;
  /** As RFC 5952 writes it. */
  text: string;
}

interface Network {
  address: Address;
  prefix: number;
}

/** Strict: no zeros in front, no zone, no IPv4 address inside of an IPv6 one. */
function parseAddress(text: string): Address | undefined {
  const family = isIP(text);
  if (family === 4) {
    const number = text.split('.').reduce((total, part) => total * 256n + BigInt(part), 0n);
    return { family, number, text };
  }
  if (family !== 6 || text.includes('%') || text.includes('.')) return undefined;
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  const number = expand(canonical).reduce((total, group) => total * 65_536n + BigInt(`0x${group}`), 0n);
  return number >> 32n === 0xffffn ? undefined : { family: 6, number, text: canonical };
}

function expand(canonical: string): string[] {
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  if (tail === undefined) return groups(head);
  const missing = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail)];
}

function parseNetwork(text: string): Network | undefined {
  const match = /^([^/]+)\/(0|[1-9]\d{0,2})$/.exec(text);
  const address = match?.[1] === undefined ? undefined : parseAddress(match[1]);
  const prefix = Number(match?.[2]);
  return address === undefined || prefix > width(address) ? undefined : { address, prefix };
}

const width = ({ family }: Address): number => (family === 4 ? 32 : 128);

const masked = ({ address, prefix }: Network): bigint => {
  const rest = BigInt(width(address) - prefix);
  return (address.number >> rest) << rest;
};

const contains = (network: Network, address: Address): boolean =>
  network.address.family === address.family && masked({ address, prefix: network.prefix }) === masked(network);

const toIp = (address: Address): OpaqueValue => new OpaqueValue(IP, `${address.family} ${address.number}`, address);

/** The content of a value of the type, or of a text of it. */
const read =
  <T>(type: string, parse: (text: string) => T | undefined) =>
  (value: Value | undefined): T | undefined => {
    if (value instanceof OpaqueValue) return value.type === type ? (value.content as T) : undefined;
    return isText(value) ? parse(value) : undefined;
  };
const readAddress = read(IP, parseAddress);
const readNetwork = read(CIDR, parseNetwork);

const ip: CelFunction = ([text]) => {
  if (!isText(text)) return undefined;
  const address = parseAddress(text);
  if (address === undefined) throw new EvaluationError(`IP Address "${text}" parse error`);
  return toIp(address);
};

const cidr: CelFunction = ([text]) => {
  if (!isText(text)) return undefined;
  const network = parseNetwork(text);
  if (network === undefined) throw new EvaluationError(`network address parse error: ${text}`);
  return new OpaqueValue(CIDR, text, network);
};

const onAddress =
  (apply: (address: Address) => Value): CelFunction =>
  ([value]) =>
    value instanceof OpaqueValue && value.type === IP ? apply(value.content as Address) : undefined;

const within = (...networks: string[]): CelFunction => {
  const parsed = networks.flatMap((text) => parseNetwork(text) ?? []);
  return onAddress((address) => parsed.some((network) => contains(network, address)));
};

const family: CelFunction = onAddress((address) => BigInt(address.family));

const containsIp: CelFunction = ([value, other]) => {
  const [network, address] = [readNetwork(value), readAddress(other)];
  return isText(value) || network === undefined || address === undefined ? undefined : contains(network, address);
};

const containsCidr: CelFunction = ([value, other]) => {
  const [outer, inner] = [readNetwork(value), readNetwork(other)];
  if (isText(value) || outer === undefined || inner === undefined) return undefined;
  return inner.prefix >= outer.prefix && contains(outer, inner.address);
};

const ofNetwork =
  (apply: (network: Network) => Value): CelFunction =>
  ([value]) =>
    value instanceof OpaqueValue && value.type === CIDR ? apply(value.content as Network) : undefined;

/** Source: apiserver/pkg/cel/library/ip.go and cidr.go of Kubernetes */
export const addressFunctions: FunctionTable = {
  ip,
  cidr,
  isIP: ([text]) => (isText(text) ? parseAddress(text) !== undefined : undefined),
  isCIDR: ([text]) => (isText(text) ? parseNetwork(text) !== undefined : undefined),
  'ip.isCanonical': ([text]) => {
    const address = isText(text) ? parseAddress(text) : undefined;
    return address === undefined ? undefined : address.text === text;
  },
  string: onAddress(({ text }) => text),
  '.family': family,
  '.isUnspecified': within('0.0.0.0/32', '::/128'),
  '.isLoopback': within('127.0.0.0/8', '::1/128'),
  '.isLinkLocalUnicast': within('169.254.0.0/16', 'fe80::/10'),
  '.isLinkLocalMulticast': within('224.0.0.0/24', 'ff02::/16'),
  '.containsIP': containsIp,
  '.containsCIDR': containsCidr,
  '.ip': ofNetwork(({ address }) => toIp(address)),
  '.prefixLength': ofNetwork(({ prefix }) => BigInt(prefix)),
};
