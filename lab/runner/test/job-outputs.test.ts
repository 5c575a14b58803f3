import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { checkJobOutputs, JobOutputs } from '../job-outputs.ts';

describe('withCheckedOutputs', () => {
  it('sets the outputs of a job in a last step, regardless of the result of the job', () => {
    const steps = '[{ id: a, run: x }]';
    const text = `jobs: { one: { outputs: { list: "\${{ steps.a.outputs.b }}", release-url: fixed }, steps: ${steps} }, two: { steps: ${steps} } }`;
    const { jobs } = parse(checkJobOutputs(text));
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

  it.each(['jobs: [', 'a string', '', 'jobs: []'])('returns %j unchanged', (text) => {
    expect(checkJobOutputs(text)).toBe(text);
  });

  it('does not change a job that calls a workflow', () => {
    const text = 'jobs: { a: { uses: ./x.yml, outputs: { b: c } } }';
    expect(parse(checkJobOutputs(text))).toEqual(parse(text));
  });
});

describe('JobOutputs', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'outputs-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const request = (outputs: JobOutputs, job: string, values: Record<string, string>): string[] => {
    writeFileSync(join(directory, 'id.request'), JSON.stringify(values));
    outputs.handle({ job, outputsRequest: 'id' });
    return JSON.parse(readFileSync(join(directory, 'id.response'), 'utf8'));
  };

  it('drops outputs that contain a secret of the run', () => {
    const outputs = new JobOutputs(directory, ['shop', 'hunter2']);
    expect(request(outputs, 'build', { images: 'r.example/shop/web', version: '1.2.3', empty: '' })).toEqual([
      'images',
    ]);
  });

  it('drops outputs that contain a mask of the job, but not those with a mask of another job', () => {
    const outputs = new JobOutputs(directory, []);
    outputs.handle({ job: 'build', mask: 'sha256' });
    expect(request(outputs, 'build', { digest: 'sha256:0' })).toEqual(['digest']);
    expect(request(outputs, 'scan', { digest: 'sha256:0' })).toEqual([]);
  });
});
