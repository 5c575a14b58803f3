import { describe, expect, it } from '@jest/globals';
import { parseActLine } from '../act-output.ts';

// Shortened lines of act 0.2.89.
const line = (fields: object): string =>
  JSON.stringify({ level: 'info', job: 'build/one', jobID: 'one', matrix: {}, ...fields });

describe('readActLine', () => {
  it.each([
    [
      'the output of a step',
      line({ msg: 'hello\n', raw_output: true, stage: 'Main', step: 'x' }),
      { job: 'one', text: 'hello' },
    ],
    [
      'the start of a step',
      line({ msg: '⭐ Run Main x', stage: 'Main', step: 'x' }),
      { job: 'one', text: '⭐ Run Main x', step: { name: 'x' } },
    ],
    [
      'the end of a step',
      line({ msg: 'ok', stage: 'Main', step: 'x', stepResult: 'success' }),
      { job: 'one', text: 'ok', step: { name: 'x', result: 'success' } },
    ],
    [
      'a failed step',
      line({ msg: 'no', stage: 'Main', step: 'x', stepResult: 'failure' }),
      { job: 'one', text: 'no', step: { name: 'x', result: 'failure' } },
    ],
    ['the end of a job', line({ msg: '🏁', jobResult: 'success' }), { job: 'one', text: '🏁', jobResult: 'success' }],
    [
      'a job of a matrix',
      line({ msg: 'm', job: 'build/one-2', matrix: { image: 'web' } }),
      { job: 'one (web)', text: 'm' },
    ],
    [
      'a named job of a matrix',
      line({ msg: 'm', job: 'build/Scan web-2', matrix: { image: { name: 'web' } } }),
      { job: 'Scan web', text: 'm' },
    ],
    ['a warning', line({ msg: 'careful', level: 'warning' }), { job: 'one', text: 'warning: careful' }],
    ['a set-up step, which is not part of the job', line({ msg: 's', step: 'Set up job' }), { job: 'one', text: 's' }],
    ["act's own fatal error", 'Error: no such file', { job: undefined, text: 'Error: no such file' }],
    [
      'a mask, which act hides only in the message',
      line({ msg: '  ⚙  ***', stage: 'Main', step: 'x', command: 'add-mask', arg: 'hunter2' }),
      { job: 'one', text: '  ⚙  ***', mask: 'hunter2' },
    ],
    [
      "the request of the lab's step",
      line({ msg: '  ❓  ::lab-job-outputs::7', stage: 'Main', step: 'x', command: 'lab-job-outputs', arg: '7' }),
      { job: 'one', text: undefined, outputsRequest: '7' },
    ],
    [
      "the lab's step, which is not part of the job",
      line({ msg: '⭐ Run Main x', stage: 'Main', step: 'x', stepID: ['lab-job-outputs'] }),
      { job: 'one', text: '⭐ Run Main x' },
    ],
    ['where act found an action', line({ msg: 'LocalRepositoryCache matched …' }), { job: 'one', text: undefined }],
  ])('%s', (_, text, expected) => {
    expect(parseActLine(text)).toEqual(expected);
  });

  it('ignores empty lines', () => {
    expect(parseActLine('')).toBeUndefined();
  });
});
