import { NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { describe, expect, it } from '@jest/globals';
import { workflowFiles } from '../index.ts';

/** The errors of GitHub's parser for a workflow. */
function problems(name: string, content: string): string[] {
  const { context } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  return context.errors.getErrors().map(({ message }) => message);
}

describe("GitHub's parser", () => {
  it.each(workflowFiles())('accepts $path', ({ path, content }) => {
    expect(problems(path, content)).toEqual([]);
  });

  it('rejects an unknown key', () => {
    const content = workflowFiles()[0]?.content.replace('timeout-minutes:', 'timeout-minuts:') ?? '';
    expect(problems('wrong.yml', content).join()).toContain("Unexpected value 'timeout-minuts'");
  });

  it('rejects an expression with a context that does not exist there', () => {
    const content = workflowFiles()[0]?.content.replace('github.ref', 'secrets.ref') ?? '';
    expect(problems('wrong.yml', content).join()).toContain('secrets');
  });
});
