import { describe, expect, it } from '@jest/globals';
import type { ChartResult } from '../../src/plan/plan.ts';
import { fillBranchName } from '../../src/pull-requests/branch-name.ts';

const chart = (name: string, version = '1.4.2'): ChartResult => ({
  path: name,
  name,
  previous: '1.0.0',
  version,
  appVersion: '',
  previousAppVersion: '',
  changed: true,
  skipped: undefined,
});
const fill = (template: string, ...charts: ChartResult[]): string =>
  fillBranchName(template, { charts, base: 'release/1.4' });

describe('the input pull-request-branch', () => {
  it.each<[string, string, ChartResult[], string]>([
    [
      'names chart, version and base',
      'bump/{chart}-{version}/{branch}',
      [chart('shop')],
      'bump/shop-1.4.2/release/1.4',
    ],
    ['joins several charts', 'x/{chart}-{version}', [chart('shop'), chart('api')], 'x/shop-api-1.4.2'],
    ['replaces what a branch cannot contain', 'x/{chart}', [chart('..a b~c^:d..')], 'x/a-b-c-d'],
    ['can have no placeholder', 'bump', [chart('shop')], 'bump'],
    ['can be a full reference', 'refs/heads/bump/{chart}', [chart('shop')], 'bump/shop'],
  ])('%s', (_, template, charts, expected) => {
    expect(fill(template, ...charts)).toBe(expected);
  });

  it('distinguishes long lists of charts that begin alike', () => {
    const charts = Array.from({ length: 100 }, (_, index) => chart(`chart-${index}`));
    const [all, fewer] = [
      fill('x/{chart}', ...charts),
      fill('x/{chart}', ...charts.slice(1), chart('chart-0'), chart('y')),
    ];
    expect(all).toMatch(/^x\/chart-0-chart-1-[a-z0-9-]{30,60}-[0-9a-f]{8}$/);
    expect(all).not.toBe(fill('x/{chart}', ...charts.slice(0, 99)));
    expect(fewer).not.toBe(all);
  });

  it.each([
    ['is the base', '{branch}', 'is the branch that the pull request is for'],
    ['is the base as a full reference', 'refs/heads/{branch}', 'is the branch that the pull request is for'],
    ['is too long', `x/${'y'.repeat(240)}`, 'is longer than 240 bytes'],
    ['is not a reference name', 'x/{chart}.lock', 'is not a valid Git reference name'],
  ])('is an error when the result %s', (_, template, problem) => {
    expect(() => fill(template, chart('shop'))).toThrow(problem);
  });
});
