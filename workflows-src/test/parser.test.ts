import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from '@jest/globals';
import { workflowFiles } from '../index.ts';

/** What GitHub's own parser says of a workflow. */
function problems(name: string, content: string): string[] {
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

describe("GitHub's own parser", () => {
  it.each(workflowFiles())('reads $path without a complaint', ({ path, content }) => {
    expect(problems(path, content)).toEqual([]);
  });

  it('complains when a key is wrong', () => {
    const content = workflowFiles()[0]?.content.replace('timeout-minutes:', 'timeout-minuts:') ?? '';
    expect(problems('wrong.yml', content).join()).toContain("Unexpected value 'timeout-minuts'");
  });

  it('complains when an expression names a context that is not there', () => {
    const content = workflowFiles()[0]?.content.replace('github.ref', 'secrets.ref') ?? '';
    expect(problems('wrong.yml', content).join()).toContain('secrets');
  });
});
