const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

const SUFFIXES: Readonly<Record<string, [base: bigint, exponent: number]>> = Object.fromEntries([
  ...DECIMAL.map((suffix, index) => [suffix, [10n, 3 * index - 9]]),
  ...BINARY.map((suffix, index) => [suffix, [2n, 10 * (index + 1)]]),
]);

const NANO = 10n ** 9n;
/** A larger exponent cannot change the result, because the API server caps quantities at 2^63-1. */
const MAX_EXPONENT = 30;

/**
 * A quantity in billionths, rounded up as the API server does; `undefined` when it is not one, which the schema reports.
 * Source: apimachinery/pkg/api/resource/quantity.go
 */
export function parseQuantity(value: unknown): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const match = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d{1,4})?$/.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return undefined;
  const [base, exponent] = SUFFIXES[suffix] ?? [10n, clampExponent(Number(suffix.slice(1)))];
  const scaled = BigInt(`${whole}${fraction}`) * NANO * (exponent > 0 ? base ** BigInt(exponent) : 1n);
  const divisor = 10n ** BigInt(fraction.length) * (exponent < 0 ? base ** BigInt(-exponent) : 1n);
  const amount = (scaled + divisor - 1n) / divisor;
  return sign === '-' ? -amount : amount;
}

const clampExponent = (exponent: number): number => Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, exponent));

/** Whether a quantity is a whole number of thousandths, and these a whole number. */
export const isWhole = (quantity: bigint): boolean => (quantity / (NANO / 1000n)) % 1000n === 0n;
