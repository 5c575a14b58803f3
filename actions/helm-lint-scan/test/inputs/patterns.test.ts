import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseValuesLine, planCases } from '../../src/cases/case-paths.ts';
import { readSuppressions } from '../../src/findings/suppressions.ts';
import { createFiles, escapeGlob, type Files } from '../../src/inputs/files.ts';
import { readSettings } from '../../src/inputs/inputs.ts';

let root = '';
let files: Files;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'helm-lint-scan-patterns-'));
  files = createFiles(root);
});
afterEach(() => rm(root, { recursive: true }));

async function write(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), '{}');
  }
}

const MANY = '{a,b}'.repeat(22);

describe('a pattern that would take without end is refused', () => {
  it.each(['charts', 'manifests', 'crds', 'values'])('in the input %s', async (input) => {
    const env = {
      GITHUB_WORKSPACE: root,
      [`INPUT_${input.toUpperCase()}`]: `${MANY}${input === 'values' ? ': a' : ''}`,
    };
    await expect(readSettings(env)).rejects.toThrow('expands to more than 1000 patterns');
  });

  it('among the files of a case', () => {
    expect(parseValuesLine(`a: ${MANY}`)).toEqual({
      problem: expect.stringContaining('expands to more than 1000 patterns'),
    });
  });

  it.each([
    [MANY, 'expands to more than 1000 patterns'],
    ['*a*a*a*a*a*a*b', 'more than 3 wildcards between two slashes'],
    ['**/**/**/**/x', '** more than 3 times'],
    ['+(a|aa)b', 'a group of patterns'],
  ])('in the ignore file: %s', async (pattern, problem) => {
    await write('.x.yaml');
    await writeFile(
      join(root, '.x.yaml'),
      `suppressions:\n  - { rule: image-tag, reason: a, expires: never, file: ${JSON.stringify(pattern)} }\n`,
    );
    await expect(readSuppressions(files, { path: '.x.yaml', required: true })).rejects.toThrow(problem);
  });
});

describe('a directory of the repository whose name looks like a pattern', () => {
  const odd = 'helm/x{a,b}[c](d)*?y';

  it('is taken as its name', async () => {
    await write(`${odd}/ci/v.yaml`, 'helm/xa[c](d)*?y/ci/w.yaml', 'helm/xzy/ci/w.yaml');
    expect((await files.match(`${escapeGlob(odd)}/ci/*.{yaml,yml}`)).paths).toEqual([`${odd}/ci/v.yaml`]);
    const declaration = { charts: odd, files: ['ci/*'], line: '' };
    expect(await planCases(files, { directories: [odd], unsafe: [] }, [declaration])).toEqual(
      new Map([[odd, [[`${odd}/ci/v.yaml`]]]]),
    );
  });

  it('does not block the step', async () => {
    const many = `helm/${MANY}`;
    await write(`${many}/ci/v.yaml`);
    expect(await planCases(files, { directories: [many], unsafe: [] }, [])).toEqual(
      new Map([[many, [[], [`${many}/ci/v.yaml`]]]]),
    );
  }, 60_000);
});
