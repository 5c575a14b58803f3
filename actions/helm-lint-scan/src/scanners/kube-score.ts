import { basename } from 'node:path';
import { listAt, numberAt, stringAt } from '../data.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import type { Level } from '../rules/rule.ts';
import { parseOutput, type ScanContext, type ScanFile, type Scanner, type ScannerFinding } from './scanner.ts';

/** Grades of kube-score: 1 critical, 5 warning, 7 almost good, 10 good. */
const toLevel = (grade: number): Level => (grade <= 1 ? 'error' : 'warning');

/** Checks objects together, because services and disruption budgets belong to workloads: one run per group. */
export const kubeScore: Scanner = {
  name: 'kube-score',
  async scan(context) {
    const groups = [...Map.groupBy(context.files, ({ group }) => group).values()];
    return (await Promise.all(groups.map((files) => scanGroup(context, files)))).flat();
  },
};

async function scanGroup({ run }: ScanContext, files: readonly ScanFile[]): Promise<ScannerFinding[]> {
  const version = files[0]?.group.kube.minor;
  const result = await run([
    'score',
    '--output-format',
    'json',
    '--kubernetes-version',
    `v${version}`,
    ...files.map(({ path }) => path),
  ]);
  const objects = parseOutput('kube-score', result);
  const filesByName = new Map(files.map((file) => [basename(file.path), file]));
  return (Array.isArray(objects) ? objects : []).flatMap((object) => {
    const file = filesByName.get(basename(stringAt(object, 'file_name') ?? ''));
    return file === undefined ? [] : listAt(object, 'checks').flatMap((check) => readFailures(check, file));
  });
}

function readFailures(check: unknown, { group, resource }: ScanFile): ScannerFinding[] {
  const grade = numberAt(check, 'grade') ?? 10;
  const id = stringAt(check, 'check', 'id');
  if (grade >= 7 || id === undefined || (check as { skipped?: boolean }).skipped === true) return [];
  const rule = {
    id: `kube-score/${id}`,
    level: toLevel(grade),
    title: stringAt(check, 'check', 'name') ?? id,
    help: stringAt(check, 'check', 'comment') ?? '',
  };
  const containers = findWorkloads([resource]).flatMap((workload) => workload.containers);
  return listAt(check, 'comments').map((comment) => {
    const container = containers.find(({ name }) => name === stringAt(comment, 'path'));
    const where = container === undefined ? '' : `container ${container.name}: `;
    const message = `${where}${stringAt(comment, 'summary') ?? rule.title}`;
    return { group, resource, path: container?.path ?? ['kind'], rule, message };
  });
}
