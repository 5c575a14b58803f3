import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { workflowFiles } from '../../../workflows-src/index.ts';
import { serializeMatrices } from '../serial-jobs.ts';

describe('serialMatrices', () => {
  it('serializes the jobs of every matrix, and changes nothing else', () => {
    const text = [
      'on: push # a comment',
      'jobs:',
      '  a: { runs-on: x, strategy: { max-parallel: 4, matrix: { i: [1, 2] } } }',
      '  b: { runs-on: x, strategy: { fail-fast: false, matrix: "${{ fromJSON(needs.a.outputs.list) }}" } }',
      '  c: { runs-on: x }',
    ].join('\n');
    expect(parse(serializeMatrices(text))).toEqual({
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

  it.each(workflowFiles())('changes nothing else in $path', ({ content }) => {
    const jobs = Object.values(parse(serializeMatrices(content)).jobs as Record<string, { strategy?: object }>);
    for (const { strategy } of jobs) if (strategy !== undefined) expect(strategy).toHaveProperty('max-parallel', 1);
    const without = parse(serializeMatrices(content), (key, value) => (key === 'max-parallel' ? undefined : value));
    expect(without).toEqual(parse(content));
  });

  it.each(['jobs: [', 'a string', '', 'jobs: []'])('returns %j unchanged', (text) => {
    expect(serializeMatrices(text)).toBe(text);
  });
});
