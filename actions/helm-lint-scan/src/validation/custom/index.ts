import type { Ajv as AjvType, ErrorObject, ValidateFunction } from 'ajv';
import type { Cel } from '../../cel/index.ts';
import { at, type Data } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import type { CustomSchema } from '../crds.ts';
import { explainErrors, type SchemaProblem } from '../explain.ts';
import { hasFormat } from '../server/checks.ts';
import { Field, type FieldErrors } from '../server/field.ts';
import { dnsSubdomain } from '../server/formats/names.ts';
import { toProblem } from '../server/problem.ts';
import { complete } from './complete.ts';
import { checkEmbedded } from './embedded.ts';
import { checkListTypes } from './list-types.ts';
import { createRuleChecker, hasRules, type UncheckedRule } from './rules.ts';

export interface CustomVerdict {
  /** What violates the schema. */
  problems: SchemaProblem[];
  /** What the API server refuses although the schema accepts it. */
  refused: SchemaProblem[];
  /** Rules of the schema that were not checked, each only for the first object. */
  uncheckedRules: UncheckedRule[];
}

/** Checks the objects of one custom resource as the API server does when it creates them. */
export interface CustomCheck {
  check(resource: Resource): CustomVerdict;
}

/**
 * @param cel needed when the schema has rules
 * @throws the error of the validation library
 */
export function createCustomCheck(
  { schema, structural }: CustomSchema,
  { ajv, cel }: { ajv: AjvType; cel: Cel | undefined },
): CustomCheck {
  const validate = ajv.compile(schema);
  const rules = cel !== undefined && hasRules(structural) ? createRuleChecker(cel, structural) : undefined;
  const reported = new Set<string>();
  return {
    check(resource) {
      const object = complete(resource.object, structural);
      const problems = violations(object, validate, resource);
      const errors = [...serverErrors(object, structural)];
      // As in the API server, rules are not evaluated for an object that is invalid anyway.
      const results = problems.length + errors.length === 0 ? (rules?.check(object) ?? []) : [];
      const violated = results.flatMap((result) => ('error' in result ? [result.error] : []));
      const unchecked = results.flatMap((result) => ('unchecked' in result ? [result.unchecked] : []));
      const uncheckedRules = unchecked.filter(({ rule }) => !reported.has(rule));
      for (const { rule } of uncheckedRules) reported.add(rule);
      return {
        problems,
        refused: [...errors, ...violated].map((error) => toProblem(error, resource)),
        uncheckedRules,
      };
    },
  };
}

function violations(object: Data, validate: ValidateFunction, resource: Resource): SchemaProblem[] {
  validate(object);
  const errors = (validate.errors ?? []).filter((error) => !isListWithFormat(error));
  return explainErrors(errors, resource).map((problem) => {
    // A null that is dropped is written, though.
    const isWritten = problem.about === 'absent' && at(resource.object, ...problem.path) === null;
    return isWritten ? { ...problem, about: 'value', message: `${problem.message}: null counts as absent` } : problem;
  });
}

/**
 * The API server accepts a list in place of a text that has a format.
 * Source: `Validate` in kube-openapi/pkg/validation/validate/type.go
 */
const isListWithFormat = ({ keyword, data, parentSchema }: ErrorObject): boolean =>
  keyword === 'type' &&
  Array.isArray(data) &&
  typeof parentSchema?.format === 'string' &&
  at(parentSchema, 'type', 0) === 'string';

function* serverErrors(object: Data, structural: Data): FieldErrors {
  yield* hasFormat(new Field(object).at('metadata', 'name'), dnsSubdomain);
  yield* checkEmbedded(object, structural);
  yield* checkListTypes(object, structural);
}
