import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseValuesLine, planCases, type ValuesDeclaration } from '../../src/cases/case-paths.ts';
import { readCase } from '../../src/cases/values-case.ts';
import { findChartDirectories } from '../../src/charts/chart-directories.ts';
import { files, META, useCheckout, write } from '../checkout.ts';

useCheckout();

describe('cases', () => {
  const declare = (...lines: string[]): ValuesDeclaration[] =>
    lines.map((line) => {
      const parsed = parseValuesLine(line);
      if ('problem' in parsed) throw new Error(parsed.problem);
      return parsed.value;
    });
  const plan = async (...lines: string[]): Promise<string[]> => {
    const charts = await findChartDirectories(files, { patterns: ['helm/*'], required: true });
    const names = [...(await planCases(files, charts, declare(...lines)))].flatMap(([directory, cases]) =>
      cases.map(async (paths) => `${directory}: ${(await readCase(files, directory, paths)).name}`),
    );
    return Promise.all(names);
  };
  beforeEach(() =>
    write({
      'helm/web/Chart.yaml': META,
      'helm/web/values.yaml': 'a: 1\n',
      'helm/web/values-prod.yaml': 'a: 2\n',
      'helm/web/ci/ha.yml': '',
      'helm/web/ci/notes.txt': '',
      'helm/api/Chart.yaml': META,
      'env/prod.yaml': '',
      'env/test.yaml': '',
    }),
  );

  it('are found by the names that charts use', async () => {
    expect(await plan()).toEqual([
      'helm/api: defaults',
      'helm/web: defaults',
      'helm/web: ci/ha.yml',
      'helm/web: values-prod.yaml',
    ]);
  });

  it('are those declared, for the charts that a line names', async () => {
    expect(await plan('helm/web: values-prod.yaml + env/*.yaml', 'helm/web:', 'helm/w*:')).toEqual([
      'helm/api: defaults',
      'helm/web: values-prod.yaml + env/prod.yaml',
      'helm/web: values-prod.yaml + env/test.yaml',
      'helm/web: defaults',
    ]);
  });

  it('that name missing charts or files are all reported in one error', async () => {
    await expect(plan('helm/x: a.yaml', 'helm/*: b.yaml')).rejects.toThrow(
      'helm/x: a.yaml: this step has no chart helm/x\nhelm/*: b.yaml: b.yaml does not exist in helm/api or in the repository\nhelm/*: b.yaml: b.yaml does not exist in helm/web or in the repository',
    );
  });
});
