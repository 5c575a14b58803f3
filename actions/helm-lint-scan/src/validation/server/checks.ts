import type { Field, FieldErrors, ServerContext } from './field.ts';
import { ambiguousAddress, ambiguousNetwork, isAddress, parseNetwork, reservedAddress } from './formats/addresses.ts';
import { dnsLabel, type Format, portName } from './formats/names.ts';
import { parseQuantity } from './formats/quantity.ts';

/**
 * Checks that many kinds share. Each accepts an absent field, unless it says otherwise.
 * Source: pkg/apis/core/validation/validation.go
 */

/** A text must have a format, also an empty one. */
export function* hasFormatIfSet(field: Field, format: Format): FieldErrors {
  if (typeof field.value === 'string') for (const problem of format(field.value)) yield field.invalid(problem);
}

/** An enumeration that has no default: an empty text is a value. */
export function* isExactlyOneOf(field: Field, choices: readonly string[]): FieldErrors {
  if (typeof field.value === 'string' && !choices.includes(field.value)) yield field.unsupported(choices);
}

/** A text must have a format. An empty one counts as absent. */
export function* hasFormat(field: Field, format: Format): FieldErrors {
  if (field.text !== '') for (const problem of format(field.text)) yield field.invalid(problem);
}

/** An enumeration. An empty text counts as absent: the default applies. */
export function* isOneOf(field: Field, choices: readonly string[]): FieldErrors {
  if (field.text !== '' && !choices.includes(field.text)) yield field.unsupported(choices);
}

/** A name that must be there: `metadata.name` of a reference, the name of a container. */
export function* isRequiredName(field: Field, format: Format = dnsLabel): FieldErrors {
  if (isMissing(field)) yield field.required();
  else yield* hasFormat(field, format);
}

export function* isRequired(field: Field, detail = ''): FieldErrors {
  if (isMissing(field)) yield field.required(detail);
}

/** Absent, or an empty text. A value of another type is there: the schema reports it. */
export const isMissing = (field: Field): boolean => !field.isSet || field.value === '';

export const isEmptyList = (field: Field): boolean =>
  !field.isSet || (Array.isArray(field.value) && field.value.length === 0);

export function* isNotNegative(field: Field): FieldErrors {
  if ((field.number ?? 0) < 0) yield field.invalid('must be greater than or equal to 0');
}

/** @param range the smallest and the largest number */
export function* isBetween(field: Field, [min, max]: readonly [number, number]): FieldErrors {
  const { number } = field;
  if (number !== undefined && (number < min || number > max))
    yield field.invalid(`must be between ${min} and ${max}, inclusive`);
}

export const MAX_INT32 = 2 ** 31 - 1;
export const PORTS = [1, 65535] as const;

export function* isPort(field: Field): FieldErrors {
  yield* isBetween(field, PORTS);
}

/** A number or the name of a port. */
export function* isPortOrName(field: Field): FieldErrors {
  yield* isPort(field);
  if (typeof field.value === 'string') for (const problem of portName(field.value)) yield field.invalid(problem);
}

/** The number of a percentage, or the number itself; `undefined` for anything else. */
export function intOrPercent({ value }: Field): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^\d+%$/.test(value) ? Number(value.slice(0, -1)) : undefined;
}

/** Source: `ValidatePositiveIntOrPercent` and `IsNotMoreThan100Percent` in pkg/apis/apps/validation/validation.go */
export function* isIntOrPercent(field: Field, limit: '100%' | 'none' = '100%'): FieldErrors {
  yield* isNotNegative(field);
  if ((field.number ?? 0) > MAX_INT32) yield field.invalid(`must be at most ${MAX_INT32}`);
  if (typeof field.value !== 'string') return;
  const number = intOrPercent(field);
  if (number === undefined)
    yield field.invalid(
      "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%', or '93%'); a number has no quotes",
    );
  else if (number > 100 && limit === '100%') yield field.invalid('must not be greater than 100%');
}

export function* isPositiveQuantity(field: Field): FieldErrors {
  const quantity = parseQuantity(field.value);
  if (quantity !== undefined && quantity <= 0n) yield field.invalid('must be greater than zero');
}

/** From this version on addresses must be written unambiguously (StrictIPCIDRValidation). */
const FIRST_WITH_STRICT_ADDRESSES = 36;

/** Source: `IsValidIPForLegacyField` in apimachinery/pkg/util/validation/ip.go */
export function* isIpAddress(field: Field, { minor }: ServerContext): FieldErrors {
  if (typeof field.value !== 'string') return;
  if (!isAddress(field.value)) yield field.invalid('must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
  else if (minor >= FIRST_WITH_STRICT_ADDRESSES)
    for (const problem of ambiguousAddress(field.value)) yield field.invalid(problem);
}

/** Source: `ValidateEndpointIP` */
export function* checkEndpointAddress(address: Field, context: ServerContext): FieldErrors {
  yield* isIpAddress(address, context);
  const problem = reservedAddress(address.text);
  if (problem !== undefined) yield address.invalid(problem);
}

/**
 * Source: `IsValidCIDRForLegacyField` in apimachinery/pkg/util/validation/ip.go
 * @param text the network, if it is not the whole field
 */
export function* isCidr(field: Field, { minor }: ServerContext, text: string = field.text): FieldErrors {
  if (typeof field.value !== 'string') return;
  if (parseNetwork(text) === undefined)
    yield field.invalid('must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)', text);
  else if (minor >= FIRST_WITH_STRICT_ADDRESSES)
    for (const problem of ambiguousNetwork(text)) yield field.invalid(problem, text);
}

/** Of several fields of which one may be set: all that are set after the first. */
export function* isOnlyOne(parent: Field, keys: readonly string[], detail: string): FieldErrors {
  const [, ...others] = keys.map((key) => parent.at(key)).filter(({ isSet }) => isSet);
  for (const other of others) yield other.forbidden(detail);
}

/** No item may have the same key as an earlier one. */
export function* areUnique(
  fields: readonly Field[],
  keyOf: (field: Field) => string = ({ text }) => text,
): FieldErrors {
  const seen = new Set<string>();
  for (const field of fields) {
    const key = keyOf(field);
    if (key !== '' && seen.has(key)) yield field.duplicate();
    seen.add(key);
  }
}
