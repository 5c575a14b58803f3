import type { Format } from 'ajv';
import { isDay } from '../../cel/functions/time-text.ts';
import { parseUrl } from '../../cel/functions/url-text.ts';
import { parseAddress, parseNetwork } from '../server/formats/addresses.ts';
import { isDuration } from './durations.ts';

/**
 * The formats of texts that the API server checks. Others it ignores. Where its versions differ, or the library's syntax is wide, only what
 * all refuse is refused.
 * Source: kube-openapi/pkg/validation/strfmt, and apiextensions-apiserver/pkg/apiserver/validation/formats.go
 */
const TEXTS: Readonly<Record<string, RegExp | ((text: string) => boolean)>> = {
  bsonobjectid: /^[0-9a-fA-F]{24}$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  cidr: (text) => parseNetwork(text) !== undefined,
  date: isDay,
  datetime: isDateTime,
  duration: isDuration,
  email: isPossibleEmail,
  hexcolor: /^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/,
  hostname: isHostname,
  ipv4: (text) => text.includes('.') && parseAddress(text) !== undefined,
  ipv6: (text) => text.includes(':') && parseAddress(text) !== undefined,
  mac: isMac,
  ssn: /^\d{3}[- ]?\d{2}[- ]?\d{4}$/,
  uri: (text) => parseUrl(text) !== undefined,
  uuid: /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid3: /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
  uuid4: /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
  uuid5: /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i,
};

/** Formats that the API server knows, but that are not checked here. */
const UNCHECKED = ['creditcard', 'isbn', 'isbn10', 'isbn13', 'password', 'quantity', 'rgbcolor'];

/** Formats of the validation library. The API server does not check those of numbers, such as int32. */
export const FORMATS: Readonly<Record<string, Format>> = {
  ...TEXTS,
  ...Object.fromEntries(UNCHECKED.map((name) => [name, true])),
};

/** The format of a schema, by its name here: the API server ignores dashes. `undefined` when it does not know it. */
export function readFormat({ type, format }: Record<string, unknown>): string | undefined {
  if (typeof format !== 'string') return undefined;
  const name = format.replaceAll('-', '');
  return (type === 'string' || type === undefined) && Object.hasOwn(FORMATS, name) ? name : undefined;
}

/** Source: `IsDateTime` in kube-openapi/pkg/validation/strfmt/time.go */
function isDateTime(text: string): boolean {
  const [day = '', time = ''] = text.toLowerCase().split('t');
  const match = /^(\d\d):(\d\d):(\d\d)(?:.\d+)?(?:z|[+-]\d\d:\d\d)$/.exec(time);
  if (match === null || !isDay(day)) return false;
  const [, hours = '', minutes = '', seconds = ''] = match;
  return hours <= '23' && minutes <= '59' && seconds <= '59';
}

/** Go's parser of addresses accepts much more than a plain one. */
function isPossibleEmail(text: string): boolean {
  return /[^@]@[^@]/.test(text);
}

/** Six, eight or twenty bytes. Source: `ParseMAC` of https://pkg.go.dev/net */
function isMac(text: string): boolean {
  const bytes = /^[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2})*$/i.test(text) ? (text.length + 1) / 3 : 0;
  const pairs = /^[0-9a-f]{4}(?:\.[0-9a-f]{4})+$/i.test(text) ? ((text.length + 1) / 5) * 2 : 0;
  return [6, 8, 20].includes(bytes + pairs);
}

const LABEL = /^[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\p{S}\p{L}-]*[a-zA-Z0-9\p{S}\p{L}])?$/u;

/** Labels of at most 63 bytes. What only some versions refuse, such as a last label of one letter, is accepted. */
function isHostname(text: string): boolean {
  const labels = text.replace(/\.$/, '').split('.');
  return text.length <= 255 && labels.every((label) => Buffer.byteLength(label) <= 63 && LABEL.test(label));
}
