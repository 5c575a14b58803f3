import { toValue, type Value } from '../cel/index.ts';
import type { Path } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import { findValues } from './object-paths.ts';
import type { OwnRule } from './own-rule.ts';

/** One value that a rule checks. */
export interface Target {
  path: Path;
  /** Whether the resource has a value at the path. */
  exists: boolean;
  /** `self`, and `pod` and `container` where the rule is about them. */
  variables: Record<string, Value>;
  /** The paths of the variables in the resource. */
  roots: ReadonlyMap<string, Path>;
}

interface Part {
  path: Path;
  value: unknown;
  variables: Record<string, Value>;
  roots: [string, Path][];
}

/** The values of a resource that a rule checks. A key that is missing has the value null. */
export function findTargets(resource: Resource, { each, path }: Pick<OwnRule, 'each' | 'path'>): Target[] {
  return findParts(resource, each).flatMap((part) =>
    (path === undefined ? [{ path: [], value: part.value }] : findValues(part.value, path)).map((found) => {
      const here = [...part.path, ...found.path];
      return {
        path: here,
        exists: found.value !== undefined,
        variables: { ...part.variables, self: toValue(found.value) },
        roots: new Map([['object', []], ['self', here], ...part.roots]),
      };
    }),
  );
}

function findParts(resource: Resource, each: OwnRule['each']): Part[] {
  if (each === 'object') return [{ path: [], value: resource.object, variables: {}, roots: [] }];
  return findWorkloads([resource]).flatMap(({ pod, podPath, containers }): Part[] => {
    const variables = { pod: toValue(pod) };
    const roots: [string, Path][] = [['pod', podPath]];
    if (each === 'pod') return [{ path: podPath, value: pod, variables, roots }];
    return containers.map(({ path, spec }) => ({
      path,
      value: spec,
      variables: { ...variables, container: toValue(spec) },
      roots: [...roots, ['container', path]],
    }));
  });
}
