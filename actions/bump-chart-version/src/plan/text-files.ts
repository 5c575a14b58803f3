import { inChart } from '../charts/chart.ts';
import { updaterOf } from '../formats/index.ts';
import type { TextFile, Updater } from '../formats/updater.ts';
import type { Request } from '../inputs/settings.ts';
import { type Assignment, pathText } from '../yaml/path.ts';
import { decodeUtf8, readYaml, type YamlFile } from '../yaml/source.ts';
import type { ChangedFile, ChangedValue } from './planned-edits.ts';

/** What changes in the files that are not YAML. */
export interface TextChanges {
  files: ChangedFile[];
  changedValues: ChangedValue[];
  problems: string[];
  warnings: string[];
}

type FileAssignment = Assignment & { file: string };

/** The files that can be meant: that of each chart, and that from the root. */
const pathsFor = ({ charts }: Request, file: string): string[] => [
  ...new Set([...charts.map((chart) => inChart(chart, file)), file]),
];

/** The paths of the request that are not read as YAML. */
function textPaths(request: Request): Set<string> {
  const files = request.values.flatMap((assignment) =>
    assignment.file !== undefined && updaterOf(assignment) !== undefined ? [assignment.file] : [],
  );
  return new Set(files.flatMap((file) => pathsFor(request, file)));
}

/** The assignments that name such a path. */
function textAssignments(request: Request): FileAssignment[] {
  const paths = textPaths(request);
  return request.values.flatMap((assignment) => {
    const { file } = assignment;
    const isText = file !== undefined && pathsFor(request, file).some((path) => paths.has(path));
    return isText ? [{ ...assignment, file }] : [];
  });
}

/** The files that are read as YAML, by path. @throws {ActionError} when one of them is not valid YAML */
export function readYamlFiles(request: Request, contents: ReadonlyMap<string, Uint8Array>): Map<string, YamlFile> {
  const notYaml = textPaths(request);
  return new Map(
    [...contents].flatMap(([path, bytes]) => (notYaml.has(path) ? [] : [[path, readYaml(path, bytes)] as const])),
  );
}

/** The request without what {@link textChanges} changes. */
export function withoutTextFiles(request: Request): Request {
  const isText = new Set(textAssignments(request).map(({ path }) => path));
  return { ...request, values: request.values.filter(({ path }) => !isText.has(path)) };
}

/** The changes of the files that are not YAML, each verified. */
export function textChanges(request: Request, contents: ReadonlyMap<string, Uint8Array>): TextChanges {
  const problems: string[] = [];
  const warnings: string[] = [];
  const changes = new Map<string, { old: string; text: string; values: ChangedValue[] }>();
  const given = new Map<string, string>();
  for (const assignment of textAssignments(request)) {
    const file = fileFor(assignment, pathsFor(request, assignment.file), contents);
    const key = `${assignment.file}:${pathText(assignment.path)}`;
    const other = given.get(key) ?? assignment.value;
    given.set(key, other);
    if (other !== assignment.value) {
      problems.push(`conflicting values for ${key}: ${JSON.stringify(other)} and ${JSON.stringify(assignment.value)}`);
    } else if ('problem' in file) problems.push(file.problem);
    else {
      const { old, text, values } = changes.get(file.path) ?? { old: file.text, text: file.text, values: [] };
      const update = file.updater.update({ path: file.path, text }, assignment);
      if ('problem' in update) problems.push(update.problem);
      else {
        const added = update.values.map((value) => ({ file: file.path, ...value }));
        warnings.push(...(update.warnings ?? []));
        changes.set(file.path, { old, text: update.text, values: [...values, ...added] });
      }
    }
  }
  const changed = [...changes].filter(([, { old, text }]) => old !== text);
  return {
    files: changed.map(([path, { old, text }]) => ({ path, old, text, bytes: new TextEncoder().encode(text) })),
    changedValues: changed.flatMap(([, { values }]) => values),
    problems,
    warnings,
  };
}

function fileFor(
  assignment: FileAssignment,
  paths: readonly string[],
  contents: ReadonlyMap<string, Uint8Array>,
): (TextFile & { updater: Updater }) | { problem: string } {
  const { file, path, document } = assignment;
  const name = pathText(path);
  const existing = paths.filter((candidate) => contents.has(candidate));
  const [found, second] = existing;
  if (found === undefined) return { problem: `${name}: file not found: ${paths.join(' or ')}` };
  if (second !== undefined)
    return { problem: `${file}:${name} is in ${existing.length} files: ${existing.join(', ')}; it must be unique` };
  const updater = updaterOf(assignment);
  if (updater === undefined)
    return { problem: `${found}: ${name} is a path in YAML, but another line names a marker of the file` };
  if (document !== undefined)
    return { problem: `${found} has no documents: only YAML has them; leave out what follows "#"` };
  const text = decodeUtf8(contents.get(found) as Uint8Array);
  return text === undefined
    ? { problem: `${found} is not UTF-8, so its other bytes would not be kept` }
    : { path: found, text, updater };
}
