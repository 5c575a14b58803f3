import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';

const root = join(import.meta.dirname, '..', '..');
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'workflow-types-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The errors of the compiler for a workflow source with these lines. */
async function compile(...lines: string[]): Promise<string> {
  const imports = `import { outputOf, publishedAction } from '${root}/workflows-src/steps.ts';`;
  await writeFile(join(directory, 'source.mts'), [imports, ...lines, ''].join('\n'));
  await writeFile(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      extends: `${root}/tsconfig.json`,
      compilerOptions: { typeRoots: [`${root}/node_modules/@types`], noUnusedLocals: false },
      files: ['source.mts'],
      include: [],
    }),
  );
  const { stdout } = await execa('tsc', ['-p', directory], { preferLocal: true, localDir: root, reject: false });
  return stdout;
}

const step = (inputs: string): string =>
  `export const step = publishedAction('create-release', { id: 'release', name: 'Release', with: ${inputs} });`;

describe('a step with one of our actions', () => {
  it('compiles with inputs and outputs that the action has', async () => {
    expect(await compile(step("{ tag: 'v1.0.0', draft: true }"), "export const url = outputOf(step, 'url');")).toBe('');
  });

  it.each([
    ['an unknown input', step("{ tags: 'v1.0.0' }"), "'tags' does not exist in type"],
    ['a boolean as any string', step("{ draft: 'yes' }"), `Type '"yes"' is not assignable`],
    [
      'a missing required input',
      "export const step = publishedAction('build-push-image', { id: 'i', name: 'i', with: { images: '' } });",
      "Property 'registry' is missing",
    ],
    [
      'an action that does not exist',
      "export const step = publishedAction('build-image', { id: 'i', name: 'i', with: {} });",
      `'"build-image"' is not assignable`,
    ],
    ['an unknown output', `${step('{}')}\nexport const url = outputOf(step, 'link');`, `'"link"' is not assignable`],
  ])('does not compile with %s', async (_, source, error) => {
    expect(await compile(source)).toContain(error);
  });
});
