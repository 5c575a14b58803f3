import { inChart } from '../charts/chart.ts';
import { type CollectedImages, collectImages } from '../images/collect-images.ts';
import type { Request } from '../inputs/settings.ts';
import { selectDocument } from '../yaml/documents.ts';
import { interpretValue, keyOf } from '../yaml/interpret.ts';
import { type Assignment, pathText } from '../yaml/path.ts';
import { valueIn } from '../yaml/scalar.ts';
import type { YamlFile } from '../yaml/source.ts';
import { findLocation, findLocationIn } from './locations.ts';
import { basePaths, valuesPaths } from './values-files.ts';

export type CollectedChanges = CollectedImages;

/** The changes that `values` and `images` request in these files. */
export function collectChanges(request: Request, files: ReadonlyMap<string, YamlFile>): CollectedChanges {
  const collected: Pick<CollectedChanges, 'changes' | 'problems' | 'warnings'> = {
    changes: [],
    problems: [],
    warnings: [],
  };
  const add = ({ changes = [], problems = [], warnings = [] }: Partial<CollectedChanges>): void => {
    collected.changes.push(...changes);
    collected.problems.push(...problems);
    collected.warnings.push(...warnings);
  };
  const inCharts = (path: string): string[] => request.charts.map((chart) => inChart(chart, path));
  const searched = valuesPaths(request, (path) => files.has(path));
  for (const assignment of request.values) {
    const { file } = assignment;
    const paths = file === undefined ? searched : [...new Set([...inCharts(file), file])];
    const candidates = paths.flatMap((path) => files.get(path) ?? []);
    add(
      candidates.length === 0
        ? { problems: [`${pathText(assignment.path)}: file not found: ${paths.join(' or ')}`] }
        : createValueChange(assignment, candidates, request.create),
    );
  }
  const valuesFiles = searched.flatMap((path) => files.get(path) ?? []);
  const chartFiles = inCharts('Chart.yaml').flatMap((path) => files.get(path) ?? []);
  const baseFiles = basePaths(request).flatMap((path) => (searched.includes(path) ? [] : (files.get(path) ?? [])));
  const byImages = collectImages(request, { valuesFiles, chartFiles, baseFiles }, collected.changes);
  return {
    ...byImages,
    changes: [...collected.changes, ...byImages.changes],
    problems: [...collected.problems, ...byImages.problems],
    warnings: [...collected.warnings, ...byImages.warnings],
  };
}

function createValueChange(
  { path, document, value, quoted }: Assignment,
  candidates: readonly YamlFile[],
  create: boolean,
): Partial<CollectedChanges> {
  const selected = document === undefined ? undefined : selectDocument(candidates, document);
  if (selected !== undefined && 'problem' in selected) return { problems: [selected.problem] };
  const location =
    selected === undefined ? findLocation(candidates, path, create) : findLocationIn([selected], path, create);
  if ('problem' in location) return { problems: [location.problem] };
  const old = 'node' in location ? (location.node.scalar?.value ?? null) : undefined;
  const scalar = interpretValue(value, quoted, { old, key: keyOf(path) });
  const changes = [{ location, scalar }];
  const now = valueIn(scalar, '1.2');
  if (!('node' in location) || old === null || typeof old === typeof now) return { changes };
  const { file, line, path: name } = location.node;
  const newValue = now === null ? 'null' : `the ${typeof now} ${JSON.stringify(value)}`;
  return {
    changes,
    warnings: [`${file.path}:${line}: ${name} was the ${typeof old} ${String(old)} and becomes ${newValue}`],
  };
}
