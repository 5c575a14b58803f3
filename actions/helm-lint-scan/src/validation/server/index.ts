import { at, formatPath, type Path } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import type { LevelledProblem } from '../bundled.ts';
import type { SchemaProblem } from '../explain.ts';
import { Field, type FieldErrors, type ServerContext } from './field.ts';
import { kindChecks } from './kinds/index.ts';
import { checkMetadata, nameFormat } from './metadata.ts';
import { toProblem } from './problem.ts';
import { markStatefulSetPods } from './stateful-set-pods.ts';

/** 1.31. What earlier versions refuse was not compared. */
const FIRST_VERSION = 31;

/**
 * What the API server refuses although the schema accepts it: its own validation, for Kubernetes 1.31 to 1.37. Where the
 * versions differ and it is not known which one begins, an object is accepted.
 * The comments name Kubernetes' sources, which are in https://github.com/kubernetes/kubernetes; apimachinery, apiserver
 * and apiextensions-apiserver are in its directory staging/src/k8s.io.
 * @param known problems of the schema; what they are about is not reported again
 */
export function checkAsServer(
  resource: Resource,
  context: ServerContext,
  known: readonly SchemaProblem[] = [],
): LevelledProblem[] {
  if (context.minor < FIRST_VERSION) return [];
  const reported = new Set(known.map(({ path }) => formatPath(path)));
  // A misspelled key is the reason why another one beside it is absent.
  const misspelled = new Set(
    known.flatMap(({ path, about }) => (about === 'key' ? [formatPath(path.slice(0, -1))] : [])),
  );
  const problems = new Map<string, SchemaProblem>();
  for (const error of errorsOf(resource, context)) {
    const problem = toProblem(error, resource);
    const isReported = error.path.some((_, index) => reported.has(formatPath(error.path.slice(0, index + 1))));
    const isMisspelled = misspelled.has(formatPath(firstAbsent(resource, error.path).slice(0, -1)));
    if (!isReported && !(problem.about === 'absent' && isMisspelled)) problems.set(problem.message, problem);
  }
  return [...problems.values()].map((problem) => markStatefulSetPods(problem, resource, context));
}

/** The part of the path that leads to the first field that is absent: `spec` of `spec.selector`. */
function firstAbsent({ object }: Resource, path: Path): Path {
  const index = path.findIndex((_, count) => (at(object, ...path.slice(0, count + 1)) ?? null) === null);
  return path.slice(0, index + 1);
}

function* errorsOf({ apiVersion, kind, object }: Resource, context: ServerContext): FieldErrors {
  const key = `${apiVersion}/${kind}`;
  const root = new Field(object);
  yield* checkMetadata(root.at('metadata'), nameFormat({ apiVersion, kind }, context));
  const check = Object.hasOwn(kindChecks, key) ? kindChecks[key] : undefined;
  if (check !== undefined) yield* check(root, context);
}
