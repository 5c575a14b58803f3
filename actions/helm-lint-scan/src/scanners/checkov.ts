import { basename } from 'node:path';
import { listAt, type Path, stringAt } from '../data.ts';
import { parseOutput, type ScanFile, type Scanner, type ScannerFinding } from './scanner.ts';

/** Takes seconds to start, so it checks everything in one run. */
export const checkov: Scanner = {
  name: 'checkov',
  async scan({ run, directory, files }) {
    const result = await run([
      '--directory',
      directory,
      '--framework',
      'kubernetes',
      '--skip-download',
      '--quiet',
      '--compact',
      '--soft-fail',
      '--output',
      'json',
    ]);
    const output = parseOutput('checkov', result);
    const reports = Array.isArray(output) ? output : [output];
    const filesByName = new Map(files.map((file) => [basename(file.path), file]));
    return reports.flatMap((report) =>
      listAt(report, 'results', 'failed_checks').flatMap((check) => readFailure(check, filesByName)),
    );
  },
};

function readFailure(check: unknown, files: ReadonlyMap<string, ScanFile>): ScannerFinding[] {
  const id = stringAt(check, 'check_id');
  const file = files.get(basename(stringAt(check, 'file_path') ?? ''));
  if (id === undefined || file === undefined) return [];
  const title = stringAt(check, 'check_name') ?? id;
  const rule = {
    id: `checkov/${id}`,
    level: 'warning' as const,
    severity: 4,
    title,
    help: stringAt(check, 'guideline') ?? title,
  };
  return [
    { group: file.group, resource: file.resource, path: evaluatedPath(check), rule, message: `fails ${id}: ${title}` },
  ];
}

/** The first path that a check evaluated: `spec/containers/[0]/image`. */
function evaluatedPath(check: unknown): Path {
  const [first] = listAt(check, 'check_result', 'evaluated_keys');
  if (typeof first !== 'string' || first === '') return ['kind'];
  return first.split('/').map((step) => {
    const index = /^\[(\d+)\]$/.exec(step)?.[1];
    return index === undefined ? step : Number(index);
  });
}
