import type { Ajv as AjvType, Options } from 'ajv';

/** The class is the whole module of a CommonJS package: `default` is the only export that exists both in Node and in a bundle. */
export async function loadAjv(): Promise<typeof AjvType> {
  const module = await import('ajv');
  return module.default as unknown as typeof AjvType;
}

// https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
const QUANTITY = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+|Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** Go's RFC3339 is as lenient. Days that do not exist are not looked for. Source: `parseRFC3339` and `Parse` of https://pkg.go.dev/time */
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d{1,2}:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Compiled code checks only a few objects: optimizing it would take longer than it saves. */
export const AJV_OPTIONS: Options = {
  strict: false,
  validateSchema: false,
  meta: false,
  allErrors: true,
  verbose: true,
  logger: false,
  inlineRefs: false,
  addUsedSchema: false,
  unicodeRegExp: false,
  code: { optimize: false },
  formats: {
    quantity: QUANTITY,
    byte: (text) => BASE64.test(text.replaceAll(/\s/g, '')),
    // The API server cannot decode other numbers. The largest int64 has no exact number here: it counts as the next one.
    int32: { type: 'number', validate: (number: number) => number >= -(2 ** 31) && number < 2 ** 31 },
    int64: { type: 'number', validate: (number: number) => Math.abs(number) <= 2 ** 63 },
    double: true,
    'date-time': DATE_TIME,
  },
};
