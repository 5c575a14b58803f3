import { EvaluationError } from '../errors.ts';
import { isText, OpaqueValue } from '../values.ts';
import type { CelFunction, FunctionTable } from './function.ts';
import { parseUrl, type UrlParts } from './url-text.ts';

const TYPE = 'kubernetes.URL';

const url: CelFunction = ([text]) => {
  if (!isText(text)) return undefined;
  const parsed = parseUrl(text);
  if (parsed === undefined) throw new EvaluationError(`URL parse error: ${text}`);
  return parsed === 'unknown' ? undefined : new OpaqueValue(TYPE, text, parsed);
};

const isUrl: CelFunction = ([text]) => {
  if (!isText(text)) return undefined;
  const parsed = parseUrl(text);
  return parsed === 'unknown' ? undefined : parsed !== undefined;
};

const part =
  (read: (parts: UrlParts) => string): CelFunction =>
  ([value]) =>
    value instanceof OpaqueValue && value.type === TYPE ? read(value.content as UrlParts) : undefined;

/** Source: apiserver/pkg/cel/library/urls.go of Kubernetes */
export const urlFunctions: FunctionTable = {
  url,
  isURL: isUrl,
  '.getScheme': part(({ scheme }) => scheme),
  '.getHost': part(({ host }) => host),
  '.getHostname': part(({ hostname }) => hostname),
  '.getPort': part(({ port }) => port),
  '.getEscapedPath': part(({ path }) => path),
};
