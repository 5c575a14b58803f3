import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { formatPath, listAt, type Path, parsePointer, stringAt } from '../data.ts';
import { isSecretAt, withoutQuotes } from '../secrets.ts';
import type { SchemaStore } from '../validation/store.ts';
import { parseOutput, type ScanContext, type ScanFile, type Scanner, type ScannerFinding } from './scanner.ts';

const RULE = {
  id: 'kubeconform/schema',
  level: 'error',
  title: 'kubeconform: a resource violates the schema of its kind',
  help: 'See https://github.com/yannh/kubeconform',
} as const;

/** Uses the bundled schemas, because kubeconform would otherwise download them. The action itself reports kinds without a schema. */
export const kubeconform: Scanner = {
  name: 'kubeconform',
  async scan(context) {
    const versions = [...Map.groupBy(context.files, ({ group }) => group.kube.minor).entries()];
    return (await Promise.all(versions.map(([minor, files]) => scanVersion(context, minor, files)))).flat();
  },
};

async function scanVersion(
  { run, scratch, schemas }: ScanContext,
  minor: string,
  files: readonly ScanFile[],
): Promise<ScannerFinding[]> {
  const directory = join(scratch, minor);
  if (!(await writeSchemas(schemas, minor, directory))) return [];
  const location = `${directory}/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
  const flags = ['-strict', '-ignore-missing-schemas', '-output', 'json', '-schema-location', location];
  const result = await run([...flags, '-kubernetes-version', `${minor}.0`, ...files.map(({ path }) => path)]);
  const filesByName = new Map(files.map((file) => [basename(file.path), file]));
  return listAt(parseOutput('kubeconform', result), 'resources').flatMap((resource) =>
    readFailures(resource, filesByName),
  );
}

function readFailures(result: unknown, files: ReadonlyMap<string, ScanFile>): ScannerFinding[] {
  const file = files.get(basename(stringAt(result, 'filename') ?? ''));
  if (file === undefined || !['statusInvalid', 'statusError'].includes(stringAt(result, 'status') ?? '')) return [];
  const { resource } = file;
  const toFinding = (path: Path, message: string): ScannerFinding => ({
    group: file.group,
    resource,
    path,
    rule: RULE,
    message,
  });
  // The paths appear only in the message: `- at '/spec/ports/0': missing property 'port'`, with a summary for each parent.
  const message = stringAt(result, 'msg') ?? 'is invalid';
  const errors = splitErrors(message).filter(({ why }) => why !== 'validation failed');
  if (errors.length === 0) return [toFinding(['kind'], resource.kind === 'Secret' ? withoutQuotes(message) : message)];
  return errors.map(({ pointer, why }) => {
    const path = parsePointer(pointer);
    const shown = isSecretAt(resource, path) ? withoutQuotes(why) : why;
    return toFinding(path, `${formatPath(path) || 'the object'}: ${shown}`);
  });
}

/** The `- at 'POINTER': why` parts of a message, which repeats values of any length. */
function splitErrors(message: string): { pointer: string; why: string }[] {
  return message
    .split(/(?<=^|\s)- at '/)
    .slice(1)
    .flatMap((part) => {
      const end = part.indexOf("': ");
      return end < 0 ? [] : [{ pointer: part.slice(0, end), why: part.slice(end + "': ".length).trim() }];
    });
}

/** The bundled schemas in the layout that kubeconform expects: `deployment-apps-v1.json`, each a reference into one file. */
export async function writeSchemas(store: SchemaStore, minor: string, directory: string): Promise<boolean> {
  const schemas = await store.load(minor);
  if (schemas === undefined) return false;
  await mkdir(directory);
  const { kinds, definitions } = schemas;
  await writeFile(join(directory, '_definitions.json'), JSON.stringify({ definitions }));
  await Promise.all(
    Object.entries(kinds).map(([key, name]) => {
      const parts = key.split('/');
      const kind = parts.at(-1) ?? '';
      const group = parts.length === 3 ? `${parts[0]?.split('.')[0]}-` : '';
      const file = `${kind.toLowerCase()}-${group}${parts.at(-2)}.json`;
      return writeFile(join(directory, file), JSON.stringify({ $ref: `_definitions.json#/definitions/${name}` }));
    }),
  );
  return true;
}
