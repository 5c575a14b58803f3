import { versionOfTag } from '../../../lib/versions.ts';
import type { Request } from '../inputs/settings.ts';
import type { Change } from '../plan/change.ts';
import { findLocation } from '../plan/locations.ts';
import type { ChangedFile } from '../plan/planned-edits.ts';
import type { Step } from '../yaml/path.ts';
import { readYaml, toData, type YamlFile } from '../yaml/source.ts';
import { inFormOf } from './chart.ts';
import { type DependencyData, dependencyDigest, textAt } from './dependency-digest.ts';

/** The lock file beside each file with dependencies; `requirements.yaml` is that of charts with `apiVersion: v1`. */
const LOCKS = new Map([
  ['Chart.yaml', 'Chart.lock'],
  ['requirements.yaml', 'requirements.lock'],
]);

/** The path of the lock file of a file with dependencies; `undefined` for any other file. */
function lockPathOf(path: string): string | undefined {
  const start = path.lastIndexOf('/') + 1;
  const name = LOCKS.get(path.slice(start));
  return name === undefined ? undefined : `${path.slice(0, start)}${name}`;
}

/** The lock files that a request may change, beside the files that it names. */
export function lockPaths({ values }: Request, paths: readonly string[]): string[] {
  const changesDependencies = values.some(({ path: [first] }) => first?.kind === 'key' && first.key === 'dependencies');
  return changesDependencies ? paths.flatMap((path) => lockPathOf(path) ?? []) : [];
}

export interface LockChanges {
  changes: Change[];
  /** Locks that cannot follow. */
  problems: string[];
}

/**
 * The changes of the lock files after which they match the changed files again, so that `helm dependency build` accepts them. `generated` stays: Helm
 * does not verify it, and with a time of its own each attempt would be another commit.
 * @param changed the files with their planned changes; a lock among them is that of the user
 */
export function lockChanges(changed: readonly ChangedFile[], files: ReadonlyMap<string, YamlFile>): LockChanges {
  const found: LockChanges = { changes: [], problems: [] };
  for (const { path, bytes } of changed) {
    const lock = files.get(lockPathOf(path) ?? '');
    const before = files.get(path);
    if (lock === undefined || before === undefined || changed.some((file) => file.path === lock.path)) continue;
    const next = follow({ before, after: readYaml(path, bytes), lock });
    if (Array.isArray(next)) found.changes.push(...next);
    else
      found.problems.push(
        `${lock.path} would no longer match ${path}: ${next.problem}; run helm dependency update in a checkout (after mode: worktree) and commit both files, or remove the lock file`,
      );
  }
  return found;
}

interface LockedFile {
  before: YamlFile;
  after: YamlFile;
  lock: YamlFile;
}

function follow({ before, after, lock }: LockedFile): Change[] | { problem: string } {
  const [old, now, locked] = [dependenciesIn(before), dependenciesIn(after), dependenciesIn(lock)];
  const digest = dependencyDigest(old, locked);
  if (digest === dependencyDigest(now, locked)) return [];
  const mapping = dataOf(lock);
  if (old.length !== locked.length || mapping?.get('digest') !== digest) {
    return { problem: 'it did not match the dependencies before this change' };
  }
  const versions: string[] = [];
  for (const [index, dependency] of now.entries()) {
    const version = lockedVersion({ old: old[index], now: dependency, locked: locked[index] });
    if (typeof version !== 'string') return version;
    versions.push(version);
  }
  const next = locked.map((dependency, index) => new Map([...dependency, ['version', versions[index]]]));
  const changes = versions.map((text, index) =>
    changeOf(
      lock,
      [
        { kind: 'key', key: 'dependencies' },
        { kind: 'index', index },
        { kind: 'key', key: 'version' },
      ],
      text,
    ),
  );
  changes.push(changeOf(lock, [{ kind: 'key', key: 'digest' }], dependencyDigest(now, next)));
  const problem = changes.find((change) => 'problem' in change);
  return problem ?? changes.filter((change): change is Change => !('problem' in change));
}

interface LockedDependency {
  old: DependencyData | undefined;
  now: DependencyData;
  locked: DependencyData | undefined;
}

/** The version that Helm locks for a dependency, when that is known without the chart's repository. */
function lockedVersion({ old, now, locked }: LockedDependency): string | { problem: string } {
  const name = textAt(now, 'name');
  const isSame = (key: string): boolean => old !== undefined && textAt(old, key) === textAt(now, key);
  if (locked === undefined || !isSame('name') || !isSame('repository')) {
    return { problem: `the repository of ${name || 'a dependency'} changes, or its name` };
  }
  const [version, current] = [textAt(now, 'version'), textAt(locked, 'version')];
  if (isSame('version')) return current;
  const exact = versionOfTag(version);
  return exact === undefined
    ? { problem: `the version ${version} of ${name} is not exact, so only its repository knows which version that is` }
    : inFormOf(current, exact);
}

function changeOf(file: YamlFile, path: readonly Step[], text: string): Change | { problem: string } {
  const location = findLocation([file], path, false);
  return 'problem' in location ? location : { location, scalar: { text, as: 'string' } };
}

const dataOf = (file: YamlFile): ReadonlyMap<unknown, unknown> | undefined => {
  const [data] = toData(file.documents);
  return data instanceof Map ? data : undefined;
};

function dependenciesIn(file: YamlFile): DependencyData[] {
  const list: unknown = dataOf(file)?.get('dependencies');
  return Array.isArray(list) ? list.map((item: unknown) => (item instanceof Map ? item : new Map())) : [];
}
