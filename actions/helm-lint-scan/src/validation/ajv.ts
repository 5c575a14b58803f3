import type { Ajv as AjvType, Options } from 'ajv';

/** The class is the whole module of a CommonJS package: `default` is the only export that exists both in Node and in a bundle. */
export async function loadAjv(): Promise<typeof AjvType> {
  const module = await import('ajv');
  return module.default as unknown as typeof AjvType;
}

// https://github.com/kubernetes/apimachinery/blob/master/pkg/api/resource/quantity.go
const QUANTITY = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+|Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE])?$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

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
    int32: true,
    int64: true,
    double: true,
    'date-time': true,
  },
};
