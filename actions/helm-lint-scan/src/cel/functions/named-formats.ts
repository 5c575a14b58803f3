import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  type Format,
  labelValue,
  qualifiedName,
} from '../../validation/server/formats/names.ts';
import { isText, NONE, OpaqueValue, Optional, type Value } from '../values.ts';
import type { FunctionTable } from './function.ts';

const TYPE = 'kubernetes.NamedFormat';

const FORMATS: Readonly<Record<string, Format>> = {
  dns1123Label: dnsLabel,
  dns1123Subdomain: dnsSubdomain,
  dns1035Label,
  qualifiedName,
  labelValue,
};

const create = (name: string): Value => new OpaqueValue(TYPE, name, FORMATS[name]);

/** Source: apiserver/pkg/cel/library/format.go of Kubernetes */
export const formatFunctions: FunctionTable = {
  ...Object.fromEntries(Object.keys(FORMATS).map((name) => [`format.${name}`, () => create(name)])),
  'format.named': ([name]) => (isText(name) && Object.hasOwn(FORMATS, name) ? new Optional(create(name)) : undefined),
  '.validate': ([value, text]) => {
    if (!(value instanceof OpaqueValue) || value.type !== TYPE || !isText(text)) return undefined;
    const problems = (value.content as Format)(text);
    return problems.length === 0 ? NONE : new Optional(problems);
  },
};
