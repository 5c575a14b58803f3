import { at, type Data, isData, listAt, type Path, stringAt } from '../data.ts';
import type { YamlDocument } from './yaml.ts';

/** The file that a resource comes from. */
export interface Source {
  /** The path of the template or manifest in the repository. */
  file: string;
  /** A template is rendered: line 5 of the result may come from any of its lines. */
  kind: 'template' | 'manifest';
  /** The keys of the subchart that contains the template. */
  keys: readonly string[];
  /** The position among the resources of the same kind from the same file, and the number of these. */
  ordinal: number;
  siblings: number;
  /** The position among the resources of the same kind, name and namespace from the same file. */
  namesake: number;
}

/** A source before the resources are counted. */
export type Origin = Omit<Source, 'ordinal' | 'siblings' | 'namesake'>;

/** One Kubernetes object. */
export interface Resource {
  apiVersion: string;
  kind: string;
  /** `metadata.name`, or `generateName` with a star, or a question mark. */
  name: string;
  /** As written. Most charts leave it to the release. */
  namespace: string | undefined;
  object: Data;
  source: Source;
  document: YamlDocument;
  /** The path of the object in its document; empty unless it is an item of a List. */
  prefix: Path;
}

/** The name of a resource in messages: `Deployment/web`. */
export const resourceLabel = ({ kind, name }: Pick<Resource, 'kind' | 'name'>): string => `${kind}/${name}`;

/** Distinguishes the resource from others of the same kind and name: by file, namespace and position. */
export const resourceDocument = ({ source, namespace = '' }: Resource): string =>
  [source.file, ...source.keys, namespace, source.namesake].join('\n');

/**
 * What identifies an object in a cluster, or `undefined` for an object whose name the API generates or that has none.
 * @param fallback the namespace of objects that do not set one
 */
export function objectKey({ apiVersion, kind, name, namespace }: Resource, fallback: string): string | undefined {
  if (name.endsWith('*') || name === '?') return undefined;
  return [apiGroup(apiVersion), kind, namespace ?? fallback, name].join('\n');
}

/** The API group of `apps/v1`; the core group is `''`. */
export const apiGroup = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

export const annotation = ({ object }: Resource, name: string): string | undefined =>
  stringAt(object, 'metadata', 'annotations', name);

/** Pods of `helm test` run once, on request: rules for services do not apply to them. */
export const isHelmTest = (resource: Resource): boolean =>
  (annotation(resource, 'helm.sh/hook') ?? '').split(',').some((hook) => hook.trim().startsWith('test'));

/** A document, or an item of a List, that is not a Kubernetes object. */
export interface Incomplete {
  prefix: Path;
  /** What is wrong, as the end of a sentence: `has no kind`. */
  problem: string;
}

/** The objects of one document: one, or the items of a List. */
export function readResources(
  document: YamlDocument,
  origin: Origin,
): { resources: Resource[]; incomplete: Incomplete[] } {
  const read = readObjects(isKustomization(origin.file) ? withKustomizationKind(document.value) : document.value, []);
  return {
    resources: read.flatMap((entry) =>
      'problem' in entry
        ? []
        : [
            {
              apiVersion: entry.object.apiVersion,
              kind: entry.object.kind,
              name: readName(entry.object),
              namespace: stringAt(entry.object, 'metadata', 'namespace'),
              object: entry.object,
              source: { ...origin, ordinal: 0, siblings: 1, namesake: 0 },
              document,
              prefix: entry.prefix,
            },
          ],
    ),
    incomplete: read.flatMap((entry) => ('problem' in entry ? [entry] : [])),
  };
}

type KubernetesObject = Data & { apiVersion: string; kind: string };

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isKubernetesObject = (value: unknown): value is KubernetesObject =>
  isData(value) && isText(value.apiVersion) && isText(value.kind);

/** Why something is not a Kubernetes object. The API rejects an empty string, too. */
function objectProblem(value: unknown): string {
  if (!isData(value)) return 'is not a mapping';
  const missing = ['apiVersion', 'kind'].filter((key) => !isText(value[key]));
  const wrong = missing.filter((key) => value[key] !== undefined && value[key] !== null && value[key] !== '');
  return wrong.length > 0
    ? `has ${wrong.join(' and ')} with a value that is not a string`
    : `has no ${missing.join(' and no ')}`;
}

/** Whether a document is a list: `List` itself, or one of a kind, such as `ConfigMapList`, with items. */
const isList = (value: unknown): boolean =>
  isKubernetesObject(value) &&
  ((value.kind === 'List' && value.apiVersion === 'v1') || (value.kind.endsWith('List') && Array.isArray(value.items)));

function readObjects(value: unknown, prefix: Path): ({ object: KubernetesObject; prefix: Path } | Incomplete)[] {
  if (!isKubernetesObject(value)) return [{ prefix, problem: objectProblem(value) }];
  if (!isList(value)) return [{ object: value, prefix }];
  return listAt(value, 'items').flatMap((item, index) =>
    readObjects(withListKind(item, value), [...prefix, 'items', index]),
  );
}

/**
 * An item of a list of one kind may omit its apiVersion and kind.
 * Source: `decodeToList` of https://github.com/kubernetes/apimachinery/blob/master/pkg/apis/meta/v1/unstructured/helpers.go
 */
function withListKind(item: unknown, { apiVersion, kind }: KubernetesObject): unknown {
  const itemKind = kind.slice(0, -'List'.length);
  return isData(item) && item.kind === undefined && item.apiVersion === undefined && itemKind !== ''
    ? { apiVersion, kind: itemKind, ...item }
    : item;
}

const isKustomization = (file: string): boolean => /(?:^|\/)kustomization\.ya?ml$/.test(file);

/**
 * A Kustomization may omit its apiVersion and kind.
 * Source: `FixKustomizationPostUnmarshalling` of https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/kustomization.go
 */
const withKustomizationKind = (value: unknown): unknown =>
  isData(value) && value.apiVersion === undefined && value.kind === undefined
    ? { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...value }
    : value;

function readName(object: Data): string {
  const name = at(object, 'metadata', 'name');
  if (typeof name === 'string' || typeof name === 'number') return String(name);
  const generated = stringAt(object, 'metadata', 'generateName');
  return generated === undefined ? '?' : `${generated}*`;
}

/** Number the resources of one kind from one file, to distinguish them. */
export function numberSiblings(resources: readonly Resource[]): Resource[] {
  const groupKey = ({ source, kind }: Resource): string => [source.file, ...source.keys, kind].join('\n');
  const groups = Map.groupBy(resources, groupKey);
  const nextOrdinal = createCounter();
  const nextNamesake = createCounter();
  return resources.map((resource) => {
    const group = groupKey(resource);
    const siblings = groups.get(group)?.length ?? 1;
    const namesake = nextNamesake([group, resource.namespace ?? '', resource.name].join('\n'));
    return { ...resource, source: { ...resource.source, ordinal: nextOrdinal(group), siblings, namesake } };
  });
}

/** Counts from 0, separately for each key. */
export function createCounter(): (key: string) => number {
  const counts = new Map<string, number>();
  return (key) => {
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return count;
  };
}
