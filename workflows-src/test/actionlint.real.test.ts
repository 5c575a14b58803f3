import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { ensureTools, toolPath } from '../../lab/tools/index.ts';
import { workflowFiles } from '../index.ts';

const root = join(import.meta.dirname, '..', '..');

beforeAll(() => ensureTools(['actionlint']));

/** The findings of actionlint for a workflow, as if it were in this repository, so that local actions are found. */
async function lint(path: string, content: string): Promise<string> {
  const { stdout } = await execa(toolPath('actionlint'), ['-stdin-filename', path, '-'], {
    cwd: root,
    input: content,
    reject: false,
  });
  return stdout;
}

describe('actionlint', () => {
  it.each(workflowFiles())('accepts $path', async ({ path, content }) => {
    expect(await lint(path, content)).toBe('');
  });

  it('rejects an output that no job has', async () => {
    const [file] = workflowFiles().filter(({ path }) => path.endsWith('build.yml'));
    const content = file?.content.replaceAll('needs.build.outputs.images', 'needs.build.outputs.imges') ?? '';
    expect(await lint('.github/workflows/wrong.yml', content)).toContain('property "imges" is not defined');
  });
});
