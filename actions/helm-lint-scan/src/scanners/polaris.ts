import { dirname } from 'node:path';
import { type Data, dataAt, listAt, type Path, stringAt } from '../data.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import type { Level } from '../rules/rule.ts';
import { parseOutput, type ScanContext, type ScanFile, type Scanner, type ScannerFinding } from './scanner.ts';

/** Polaris looks for no file itself: its users pass one of these. */
const CONFIG_FILES = ['polaris.yaml', '.polaris.yaml', 'polaris.yml', '.polaris.yml'];

/** Severities of Polaris; a check of another one, `ignore`, is turned off. */
const LEVELS = new Map<unknown, Level>([
  ['danger', 'error'],
  ['warning', 'warning'],
]);

/** Checks objects together, because services and disruption budgets belong to workloads: one run per group. */
export const polaris: Scanner = {
  name: 'polaris',
  async scan(context) {
    const config = await context.readConfig(CONFIG_FILES);
    const groups = [...Map.groupBy(context.files, ({ group }) => group).values()];
    return (await Promise.all(groups.map((files) => scanGroup(context, files, config)))).flat();
  },
};

/** With `--audit-path` it reads no cluster. It exits with 0 whatever it finds. */
async function scanGroup(
  { run }: ScanContext,
  files: readonly ScanFile[],
  config: string | undefined,
): Promise<ScannerFinding[]> {
  const [first] = files;
  if (first === undefined) return [];
  const options = config === undefined ? [] : ['--config', config];
  const flags = ['--format', 'json', '--only-show-failed-tests', '--log-level', 'error'];
  const result = await run(['audit', '--audit-path', dirname(first.path), ...flags, ...options]);
  // Its results do not name their files.
  const filesByObject = new Map(
    files
      .toReversed()
      .map((file) => [
        objectKey(file.resource.kind, file.resource.namespace ?? file.group.namespace, file.resource.name),
        file,
      ]),
  );
  return listAt(parseOutput('polaris', result), 'Results').flatMap((object) => {
    const key = objectKey(stringAt(object, 'Kind'), stringAt(object, 'Namespace'), stringAt(object, 'Name'));
    const file = filesByObject.get(key);
    return file === undefined ? [] : readObject(object, file);
  });
}

const objectKey = (...parts: (string | undefined)[]): string => parts.join('\n');

/** The results of an object, of its pod and of its containers. */
function readObject(object: unknown, file: ScanFile): ScannerFinding[] {
  const [workload] = findWorkloads([file.resource]);
  const ofContainers = listAt(object, 'PodResult', 'ContainerResults').flatMap((result) => {
    const name = stringAt(result, 'Name');
    const container = workload?.containers.find((candidate) => candidate.name === name);
    return readResults(dataAt(result, 'Results'), file, container?.path ?? ['kind'], `container ${name}: `);
  });
  return [
    ...readResults(dataAt(object, 'Results'), file, ['kind'], ''),
    ...readResults(dataAt(object, 'PodResult', 'Results'), file, workload?.podPath ?? ['kind'], ''),
    ...ofContainers,
  ];
}

/** @param results by the id of the check */
function readResults(results: Data, { group, resource }: ScanFile, path: Path, where: string): ScannerFinding[] {
  return Object.entries(results).flatMap(([id, result]) => {
    const level = LEVELS.get(dataAt(result).Severity);
    if (level === undefined || dataAt(result).Success === true) return [];
    const text = stringAt(result, 'Message') ?? id;
    const category = stringAt(result, 'Category') ?? '';
    const rule = {
      id: `polaris/${id}`,
      level,
      ...(category === 'Security' ? { severity: level === 'error' ? 7 : 4 } : {}),
      title: text,
      help: `${category || 'Polaris'}: ${text}. See https://polaris.docs.fairwinds.com/`,
    };
    return [{ group, resource, path, rule, message: `${where}${text}` }];
  });
}
