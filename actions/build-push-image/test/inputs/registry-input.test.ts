import { describe, expect, it } from '@jest/globals';
import { problemsOf, read, useWorkspace } from './read-inputs.ts';

useWorkspace();

describe('the registries', () => {
  it('are one per line, and the first is that of the build and of the login', async () => {
    const registry = '\nghcr.io/org\n  docker.io/org  \n\nlocalhost:5001\n';
    expect(await read({ registry, username: 'a', password: 'p' })).toMatchObject({
      registry: 'ghcr.io/org',
      otherRegistries: ['docker.io/org', 'localhost:5001'],
      logins: [{ host: 'ghcr.io' }],
    });
  });

  it('may be one', async () => {
    expect(await read({ registry: 'ghcr.io/org' })).toMatchObject({ registry: 'ghcr.io/org', otherRegistries: [] });
  });

  it('are in lower case, with a notice for each that is not', async () => {
    const { registry, otherRegistries, notices } = await read({ registry: 'ghcr.io/org\ndocker.io/Org' });
    expect([registry, ...otherRegistries]).toEqual(['ghcr.io/org', 'docker.io/org']);
    expect(notices).toEqual(['The registry is written docker.io/org: names are lower case.']);
  });

  it.each([
    ['ghcr.io/org\nghcr.io/Org', 'is named twice'],
    ['docker.io/org\nghcr.io/org\nindex.docker.io/org', 'is the same registry as docker.io/org'],
  ])('%j has one too many', async (registry, problem) => {
    expect(await problemsOf({ registry })).toMatchObject([{ input: 'registry', problem }]);
  });

  it('are each checked, and a problem has the number of the line', async () => {
    expect(await problemsOf({ registry: 'ghcr.io/org\nhttps://docker.io\nghcr.io/a b' })).toMatchObject([
      { input: 'registry (line 2)', value: 'https://docker.io' },
      { input: 'registry (line 3)', value: 'ghcr.io/a b' },
    ]);
  });
});
