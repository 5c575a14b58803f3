import { parse, SemVer } from 'semver';
import { EvaluationError } from '../errors.ts';
import { isText, OpaqueValue, type Value } from '../values.ts';
import type { CelFunction, FunctionTable } from './function.ts';

const TYPE = 'kubernetes.Semver';

/** Strict: no `v` in front, all three numbers. */
const parseStrict = (text: string): SemVer | undefined => (/^\d/.test(text) ? (parse(text) ?? undefined) : undefined);

const semver: CelFunction = ([text, normalize]) => {
  if (!isText(text) || normalize !== undefined) return undefined;
  const version = parseStrict(text);
  if (version === undefined) throw new EvaluationError(`"${text}" is not a semantic version`);
  return new OpaqueValue(TYPE, version.version, version);
};

const versionOf = (value: Value | undefined): SemVer | undefined =>
  value instanceof OpaqueValue && value.content instanceof SemVer ? value.content : undefined;

const number =
  (key: 'major' | 'minor' | 'patch'): CelFunction =>
  ([value]) => {
    const version = versionOf(value);
    return version === undefined ? undefined : BigInt(version[key]);
  };

const comparison =
  (apply: (order: number) => Value): CelFunction =>
  ([left, right]) => {
    const [a, b] = [versionOf(left), versionOf(right)];
    return a === undefined || b === undefined ? undefined : apply(a.compare(b));
  };

/** Source: apiserver/pkg/cel/library/semverlib.go of Kubernetes */
export const semverFunctions: FunctionTable = {
  semver,
  isSemver: ([text, normalize]) =>
    isText(text) && normalize === undefined ? parseStrict(text) !== undefined : undefined,
  '.major': number('major'),
  '.minor': number('minor'),
  '.patch': number('patch'),
  '.isGreaterThan': comparison((order) => order > 0),
  '.isLessThan': comparison((order) => order < 0),
  '.compareTo': comparison((order) => BigInt(order)),
};
