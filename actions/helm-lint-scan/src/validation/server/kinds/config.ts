import { isData } from '../../../data.ts';
import { isRequired } from '../checks.ts';
import type { Field, FieldErrors } from '../field.ts';
import { configKey } from '../formats/names.ts';

/** Source: `ValidateConfigMap` and `ValidateSecret` in pkg/apis/core/validation/validation.go */

const MAX_BYTES = 1024 * 1024;

export function* checkConfigMap(map: Field): FieldErrors {
  const [data, binary] = [map.at('data'), map.at('binaryData')];
  yield* checkKeys(data);
  yield* checkKeys(binary);
  yield* checkBase64(binary);
  for (const [key, field] of data.entries)
    if (binary.at(key).value !== undefined) yield field.invalidKey('duplicate of key present in binaryData');
  const size = total(data.entries, textSize) + total(binary.entries, decodedSize);
  if (size > MAX_BYTES) yield data.tooLong(MAX_BYTES);
}

/** Go's decoder ignores the ends of lines, and no other spaces. The schema reports what else is not Base64. */
function* checkBase64(data: Field): FieldErrors {
  for (const [, field] of data.entries)
    if (/[ \t]/.test(field.text)) yield field.invalid('illegal base64 data: it has spaces');
}

function* checkKeys(data: Field): FieldErrors {
  for (const [key, field] of data.entries) for (const problem of configKey(key)) yield field.invalidKey(problem);
}

const textSize = (text: string): number => Buffer.byteLength(text);
const decodedSize = (text: string): number => Buffer.from(text, 'base64').length;
const total = (entries: Field['entries'], size: (text: string) => number): number =>
  entries.reduce((sum, [, { text }]) => sum + size(text), 0);

const DOCKER_KEYS: Record<string, string> = {
  'kubernetes.io/dockercfg': '.dockercfg',
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
};

/** The texts of `stringData` replace those of `data`. */
export function* checkSecret(secret: Field): FieldErrors {
  const [data, texts] = [secret.at('data'), secret.at('stringData')];
  yield* checkKeys(data);
  yield* checkKeys(texts);
  yield* checkBase64(data);
  const kept = data.entries.filter(([key]) => texts.at(key).value === undefined);
  if (total(kept, decodedSize) + total(texts.entries, textSize) > MAX_BYTES) yield data.tooLong(MAX_BYTES);
  const has = (key: string): boolean => data.at(key).value !== undefined || texts.at(key).value !== undefined;
  const type = secret.at('type').text;
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return yield* isRequired(secret.at('metadata', 'annotations', 'kubernetes.io/service-account.name'));
    case 'kubernetes.io/dockercfg':
    case 'kubernetes.io/dockerconfigjson':
      return yield* checkDockerConfig(secret, DOCKER_KEYS[type] ?? '');
    case 'kubernetes.io/basic-auth':
      if (!has('username') && !has('password')) yield data.at('username').required('set username, password or both');
      return;
    case 'kubernetes.io/ssh-auth':
      if (data.at('ssh-privatekey').text === '' && texts.at('ssh-privatekey').text === '')
        yield data.at('ssh-privatekey').required();
      return;
    case 'kubernetes.io/tls':
      for (const key of ['tls.crt', 'tls.key']) if (!has(key)) yield data.at(key).required();
  }
}

function* checkDockerConfig(secret: Field, key: string): FieldErrors {
  const [encoded, plain] = [secret.at('data', key), secret.at('stringData', key)];
  if (encoded.value === undefined && plain.value === undefined) return yield encoded.required();
  const field = plain.isSet ? plain : encoded;
  const text = plain.isSet ? plain.text : Buffer.from(encoded.text, 'base64').toString();
  if (!isJsonObject(text)) yield field.invalid('must be the JSON of an object', undefined);
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return value === null || isData(value);
  } catch {
    return false;
  }
}
