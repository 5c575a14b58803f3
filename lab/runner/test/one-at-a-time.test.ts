import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { workflowFiles } from '../../../workflows-src/index.ts';
import { serialMatrices } from '../one-at-a-time.ts';

describe('serialMatrices', () => {
  it('has the jobs of every matrix run one after the other, and changes nothing else', () => {
    const text = [
      'on: push # a comment',
      'jobs:',
      '  a: { runs-on: x, strategy: { max-parallel: 4, matrix: { i: [1, 2] } } }',
      '  b: { runs-on: x, strategy: { fail-fast: false, matrix: "${{ fromJSON(needs.a.outputs.list) }}" } }',
      '  c: { runs-on: x }',
    ].join('\n');
    expect(parse(serialMatrices(text))).toEqual({
      on: 'push',
      jobs: {
        a: { 'runs-on': 'x', strategy: { 'max-parallel': 1, matrix: { i: [1, 2] } } },
        b: {
          'runs-on': 'x',
          strategy: { 'fail-fast': false, matrix: '${{ fromJSON(needs.a.outputs.list) }}', 'max-parallel': 1 },
        },
        c: { 'runs-on': 'x' },
      },
    });
  });

  it.each(workflowFiles())('leaves all but that of $path as it is', ({ content }) => {
    const jobs = Object.values(parse(serialMatrices(content)).jobs as Record<string, { strategy?: object }>);
    for (const { strategy } of jobs) if (strategy !== undefined) expect(strategy).toHaveProperty('max-parallel', 1);
    const without = parse(serialMatrices(content), (key, value) => (key === 'max-parallel' ? undefined : value));
    expect(without).toEqual(parse(content));
  });

  it.each(['jobs: [', 'a text', '', 'jobs: []'])('leaves %j to act', (text) => {
    expect(serialMatrices(text)).toBe(text);
  });
});
