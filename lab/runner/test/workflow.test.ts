import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectDir } from '../../paths.ts';
import { findStandIn, isBuiltIntoAct, parseUses } from '../third-party.ts';
import { readWorkflow } from '../workflow.ts';

const text = `
name: build
on: { push: { branches: [main] } }
permissions: {}
jobs:
  build:
    permissions: { contents: read, id-token: write }
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: o/r/actions/x@v1
      - uses: ./actions/y
  release:
    permissions: { contents: write }
    uses: o/r/.github/workflows/deploy.yml@v1
`;

describe('readWorkflow', () => {
  it('reads the jobs, every action of another repository and the permissions of all jobs', () => {
    expect(readWorkflow('a.yml', text)).toEqual({
      path: 'a.yml',
      name: 'build',
      on: { push: { branches: ['main'] } },
      jobs: ['build', 'release'],
      permissions: { contents: 'write', id_token: 'write' },
      uses: {
        build: ['actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', 'o/r/actions/x@v1'],
        release: ['o/r/.github/workflows/deploy.yml@v1'],
      },
    });
  });

  it('gives a job without permissions those of the workflow', () => {
    const workflow = readWorkflow('a.yml', 'on: push\npermissions: { contents: read }\njobs: { a: {} }');
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('throws for a file that is not YAML', () => {
    expect(() => readWorkflow('a.yml', 'jobs: [')).toThrow();
  });
});

describe('references to actions', () => {
  it.each([
    ['docker/setup-buildx-action@37fe631', { repository: 'docker/setup-buildx-action', ref: '37fe631' }],
    ['o/r/actions/x@v1', { repository: 'o/r', ref: 'v1' }],
    ['docker://alpine', undefined],
    ['./actions/x', undefined],
  ])('%s', (uses, expected) => {
    expect(parseUses(uses)).toEqual(expected);
  });

  it.each(['build.yml', 'deploy.yml'])('have stand-ins in %s for third-party actions', async (name) => {
    const path = join('.github/workflows', name);
    const { uses } = readWorkflow(path, await readFile(join(projectDir, path), 'utf8'));
    const references = Object.values(uses)
      .flat()
      .flatMap((value) => parseUses(value) ?? []);
    const thirdParty = references.filter(({ repository }) => repository !== 'gitops-actions/gitops-actions');
    expect(thirdParty.length).toBeGreaterThan(2);
    expect(
      thirdParty.filter((reference) => !isBuiltIntoAct(reference) && findStandIn(reference) === undefined),
    ).toEqual([]);
  });

  it('finds stand-ins regardless of case, and none for other actions', () => {
    expect(findStandIn({ repository: 'Azure/setup-helm', ref: 'x' })).toMatch(/third-party.setup-helm$/);
    expect(findStandIn({ repository: 'someone/else', ref: 'x' })).toBeUndefined();
  });
});
