import { describe, expect, it } from '@jest/globals';
import { bumpedCharts, commitMessage, fillTemplate } from '../../src/commit/message.ts';
import { planFor } from '../helpers.ts';

describe('the message', () => {
  it('contains text from a chart on one line only', async () => {
    const { charts } = await planFor({ version: '1.4.2' }, '');
    const [chart] = charts;
    const odd = { ...chart, name: 'x\n\nCo-authored-by: y {version}' } as typeof chart & object;
    expect(fillTemplate('{chart}', [odd])).toBe('x Co-authored-by: y {version}');
  });

  it('contains an unchanged version only once', async () => {
    const plan = await planFor({ version: 'none', values: 'a=c' }, 'a: b\n');
    const origin = { repository: 'o/r', sha: undefined, runUrl: undefined };
    expect(commitMessage('x', plan, origin)).toEqual({ headline: 'x', body: 'Chart-Version: helm/shop 1.0.0' });
  });

  it('shows which charts a run has bumped', () => {
    const message = (run: string, chart: string): string =>
      `x\n\nChart-Version: ${chart} 1.1.0 (was 1.0.0)\nWorkflow-Run: u/${run}`;
    const log = [message('7', 'a'), message('70', 'b'), 'Workflow-Run: u/7'];
    expect(bumpedCharts(log, ['a', 'b'], 'u/7')).toEqual(new Set(['a']));
    expect(bumpedCharts(log, ['a', 'b'], undefined)).toEqual(new Set());
  });
});
