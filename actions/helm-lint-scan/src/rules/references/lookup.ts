import { closestName, editDistance } from '../../../../lib/similar-names.ts';
import type { Path } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import { type ResourceId, ResourceIndex } from '../../manifests/resource-index.ts';
import { effectiveNamespace, type Problem, problemAt, type Scope } from '../rule.ts';
import { isKustomized, MadeElsewhere } from './made-elsewhere.ts';

/** The maximum number of letters in which a misspelled name differs. */
const MAX_DIFFERENCE = 2;
/** The maximum number of names that are compared in one scope: the time grows with the product of references and names. */
const MAX_COMPARISONS = 100_000;

/** Whether an object that another one refers to exists. */
export type Found =
  | { state: 'present'; resources: readonly Resource[] }
  /** Something may create it of which these resources do not tell all. */
  | { state: 'elsewhere' }
  | { state: 'absent'; namesake: string | undefined };

/** Finds what the objects of a scope refer to. */
class Lookup {
  readonly index: ResourceIndex;
  readonly made: MadeElsewhere;
  readonly isKustomized: boolean;
  readonly #scope: Scope;
  readonly #names: ReadonlySet<string>;
  #comparisons = 0;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.index = new ResourceIndex(scope.resources, scope.namespace);
    this.made = new MadeElsewhere(scope);
    this.isKustomized = isKustomized(scope);
    this.#names = new Set(scope.resources.map(({ kind, name }) => nameKey(kind, name)));
  }

  find(id: ResourceId): Found {
    const resources = this.index.find(id);
    if (this.isKustomized) return { state: 'elsewhere' };
    if (resources.length > 0) return { state: 'present', resources };
    if (this.#isForeign(id) || this.made.mayExist(id)) return { state: 'elsewhere' };
    return { state: 'absent', namesake: this.#namesake(id) };
  }

  /** Whether the scope cannot know: charts render nothing there, or the namespace of manifests is chosen when they are applied. */
  #isForeign(id: ResourceId): boolean {
    return this.#scope.origin === 'chart'
      ? id.namespace !== this.#scope.namespace && this.index.names(id).length === 0
      : this.#names.has(nameKey(id.kind, id.name));
  }

  /** The name of an object of the same kind that differs in a letter or two. Numbers are no misspellings: `web-1` and `web-2`. */
  #namesake(id: ResourceId): string | undefined {
    const all = this.index.names(id);
    this.#comparisons += all.length;
    if (this.#comparisons > MAX_COMPARISONS) return undefined;
    const maxDifference = Math.min(MAX_DIFFERENCE, Math.floor(id.name.length / 3));
    const text = withoutNumbers(id.name);
    const names = all.filter(
      (name) => Math.abs(name.length - id.name.length) <= maxDifference && withoutNumbers(name) !== text,
    );
    const closest = closestName(id.name, names);
    return closest !== undefined && editDistance(closest, id.name) <= maxDifference ? closest : undefined;
  }
}

const nameKey = (kind: string, name: string): string => [kind, name].join('\n');
const withoutNumbers = (name: string): string => name.replaceAll(/-?\d+/g, '');

const cache = new WeakMap<Scope, Lookup>();

export function lookupOf(scope: Scope): Lookup {
  const lookup = cache.get(scope) ?? new Lookup(scope);
  cache.set(scope, lookup);
  return lookup;
}

/** A place that names another object. */
export interface Reference {
  resource: Resource;
  /** The path of the name. */
  path: Path;
  group: string;
  kind: string;
  /** Where it differs from that of the resource; empty for a kind without namespaces. */
  namespace?: string;
  name: string;
  /** What the resource does with it, for messages: `mounts`. */
  verb: string;
}

export const targetOf = (scope: Scope, { resource, group, kind, namespace, name }: Reference): ResourceId => ({
  group,
  kind,
  namespace: namespace ?? effectiveNamespace(scope, resource),
  name,
});

/**
 * The problem that an object does not exist. It is a note, because another chart may contain the object, unless a similar name suggests a
 * misspelling.
 */
export function checkExists(scope: Scope, reference: Reference, options: { only?: 'misspelled' } = {}): Problem[] {
  const { resource, path, kind, name, verb } = reference;
  const found = lookupOf(scope).find(targetOf(scope, reference));
  if (found.state !== 'absent' || (found.namesake === undefined && options.only === 'misspelled')) return [];
  const where = scope.origin === 'chart' ? 'rendered resources' : 'manifests';
  const message = `${verb} the ${kind} ${name}, which is not among the ${where}`;
  return found.namesake === undefined
    ? [{ ...problemAt(resource, path, message), level: 'note' }]
    : [problemAt(resource, path, `${message}; did you mean ${found.namesake}?`)];
}
