import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { JobOutputs, withCheckedOutputs } from '../job-outputs.ts';

describe('withCheckedOutputs', () => {
  it('has the outputs of a job set by a last step, whatever became of the job', () => {
    const steps = '[{ id: a, run: x }]';
    const text = `jobs: { one: { outputs: { list: "\${{ steps.a.outputs.b }}", release-url: fixed }, steps: ${steps} }, two: { steps: ${steps} } }`;
    const { jobs } = parse(withCheckedOutputs(text));
    expect(jobs.one.outputs).toEqual({
      list: "${{ steps.lab-job-outputs.outputs['list'] }}",
      'release-url': "${{ steps.lab-job-outputs.outputs['release-url'] }}",
    });
    expect(jobs.one.steps).toEqual([
      { id: 'a', run: 'x' },
      expect.objectContaining({
        id: 'lab-job-outputs',
        if: 'always()',
        env: { LAB_OUTPUT_list: '${{ steps.a.outputs.b }}', 'LAB_OUTPUT_release-url': 'fixed' },
      }),
    ]);
    expect(jobs.two).toEqual({ steps: [{ id: 'a', run: 'x' }] });
  });

  it.each(['jobs: [', 'a text', '', 'jobs: []'])('leaves %j to act', (text) => {
    expect(withCheckedOutputs(text)).toBe(text);
  });

  it('leaves a job that calls a workflow as it is', () => {
    const text = 'jobs: { a: { uses: ./x.yml, outputs: { b: c } } }';
    expect(parse(withCheckedOutputs(text))).toEqual(parse(text));
  });
});

describe('JobOutputs', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'outputs-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const ask = (outputs: JobOutputs, job: string, asked: Record<string, string>): string[] => {
    writeFileSync(join(directory, 'q.question'), JSON.stringify(asked));
    outputs.handle({ job, text: undefined, question: 'q' });
    return JSON.parse(readFileSync(join(directory, 'q.answer'), 'utf8'));
  };

  it('drops what contains a secret of the run', () => {
    const outputs = new JobOutputs(directory, ['shop', 'hunter2']);
    expect(ask(outputs, 'build', { images: 'r.example/shop/web', version: '1.2.3', empty: '' })).toEqual(['images']);
  });

  it('drops what contains a mask of the job, not one of another', () => {
    const outputs = new JobOutputs(directory, []);
    outputs.handle({ job: 'build', text: '***', mask: 'sha256' });
    expect(ask(outputs, 'build', { digest: 'sha256:0' })).toEqual(['digest']);
    expect(ask(outputs, 'scan', { digest: 'sha256:0' })).toEqual([]);
  });
});
