import { parseRepositoryGlob } from '../../../lib/globs.ts';
import type { Parsed } from '../../../lib/inputs.ts';

/** One line of the input `values`: `chart-glob: a.yaml + b.yaml`. */
export interface ValuesDeclaration {
  charts: string;
  /** Paths or globs, in the chart's directory or else in the repository; none for the defaults alone. */
  files: string[];
  line: string;
}

export const VALUES_EXAMPLE = 'helm/shop: values-prod.yaml + ci/ha.yaml';

/** Read one line of the input `values`. */
export function parseValuesLine(line: string): Parsed<ValuesDeclaration> {
  const colon = line.indexOf(':');
  if (colon <= 0) return { problem: 'has no chart before its files (chart: a.yaml + b.yaml)' };
  const charts = parseRepositoryGlob(line.slice(0, colon).trim());
  if ('problem' in charts) return { problem: `names a chart that ${charts.problem}` };
  const files: string[] = [];
  const stack = line.slice(colon + 1).trim();
  for (const part of stack === '' ? [] : stack.split('+')) {
    const file = parseRepositoryGlob(part.trim());
    if ('problem' in file) return { problem: `names a file that ${file.problem}` };
    if (file.value === '.') return { problem: 'has nothing between two +' };
    files.push(file.value);
  }
  return { value: { charts: charts.value, files, line } };
}
