import { dataAt } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import { type Problem, problemAt, type ResourceRule, type Scope } from '../rule.ts';
import { type ConfigReference, findConfigReferences } from './config-sources.ts';
import { lookupOf, targetOf } from './lookup.ts';
import { mayChange } from './writers.ts';

export const configKey: ResourceRule = {
  id: 'config-key',
  level: 'error',
  title: 'A pod uses a key that its ConfigMap or Secret does not have',
  help: 'The container does not start (CreateContainerConfigError), or the volume is not mounted. Correct the key, add it, or set `optional: true`. It is a warning if a role lets a program change the object. Source: https://kubernetes.io/docs/concepts/configuration/configmap/#using-configmaps-as-environment-variables',
  check: (scope) =>
    findConfigReferences(scope).flatMap((reference) =>
      reference.keys.flatMap((key) => (lacksKey(scope, reference, key.key) ? [missingKey(scope, reference, key)] : [])),
    ),
};

function missingKey(scope: Scope, reference: ConfigReference, { key, path }: ConfigReference['keys'][number]): Problem {
  const { resource, kind, name } = reference;
  const problem = problemAt(resource, path, `uses the key ${key} of the ${kind} ${name}, which has no such key`);
  return mayChange(scope, targetOf(scope, reference)) ? { ...problem, level: 'warning' } : problem;
}

/** Whether the object exists and has its keys from here alone, without this one. */
function lacksKey(scope: Scope, reference: ConfigReference, key: string): boolean {
  const lookup = lookupOf(scope);
  const target = targetOf(scope, reference);
  const found = lookup.find(target);
  if (found.state !== 'present' || lookup.made.mayExist(target)) return false;
  const keys = found.resources.map(readKeys);
  return keys.every((known) => known !== undefined && !known.has(key));
}

const cache = new WeakMap<Resource, { keys: ReadonlySet<string> | undefined }>();

/** The keys of a ConfigMap or Secret, or `undefined` if something fills it in the cluster. */
function readKeys(resource: Resource): ReadonlySet<string> | undefined {
  const known = cache.get(resource) ?? {
    keys: isFilledLater(resource)
      ? undefined
      : new Set(['data', 'binaryData', 'stringData'].flatMap((field) => Object.keys(dataAt(resource.object, field)))),
  };
  cache.set(resource, known);
  return known.keys;
}

/** Labels and annotations by which controllers fill an object: with a token, a certificate, a copy or a password. */
const FILLED = /inject|replicat|reflect|generat|populat|service-account/i;

function isFilledLater({ object }: Resource): boolean {
  const isEmpty = ['data', 'binaryData', 'stringData'].every(
    (field) => Object.keys(dataAt(object, field)).length === 0,
  );
  const names = ['annotations', 'labels'].flatMap((field) => Object.keys(dataAt(object, 'metadata', field)));
  return isEmpty || object.type === 'kubernetes.io/service-account-token' || names.some((name) => FILLED.test(name));
}
