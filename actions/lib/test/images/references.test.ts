import { describe, expect, it } from '@jest/globals';
import {
  isSameRepository,
  normalizeRepository,
  registryHost,
  repositoryPath,
  withoutHost,
} from '../../images/references.ts';

describe('a repository', () => {
  it.each([
    ['ghcr.io/org/web', 'ghcr.io', 'org/web'],
    ['localhost/web', 'localhost', 'web'],
    ['localhost:5001/org/web', 'localhost:5001', 'org/web'],
    ['[::1]:5000/web', '[::1]:5000', 'web'],
    ['node', 'docker.io', 'library/node'],
    ['org/web', 'docker.io', 'org/web'],
    ['docker.io/node', 'docker.io', 'library/node'],
    ['index.docker.io/org/web', 'docker.io', 'org/web'],
    ['registry-1.docker.io/node', 'docker.io', 'library/node'],
  ])('%s has the host %s and the path %s', (repository, host, path) => {
    expect([registryHost(repository), repositoryPath(repository)]).toEqual([host, path]);
    expect(normalizeRepository(repository)).toBe(`${host}/${path}`);
  });

  it.each([
    ['ghcr.io', 'ghcr.io'],
    ['ghcr.io/org', 'ghcr.io'],
    ['org', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
  ])('in the registry %s has the host %s', (registry, host) => {
    expect(registryHost(registry)).toBe(host);
  });

  it.each([
    ['org/web', 'index.docker.io/org/web'],
    ['org/web', 'registry-1.docker.io/org/web'],
    ['Docker.io/Org/Web', 'org/web'],
    ['node', 'docker.io/library/node'],
    ['web.api', 'docker.io/library/web.api'],
  ])('%s is the same as %s', (a, b) => {
    expect(isSameRepository(a, b)).toBe(true);
  });

  it.each([
    ['org/web', 'ghcr.io/org/web'],
    ['localhost:5001/web', 'localhost:5002/web'],
    ['org/node', 'node'],
  ])('%s is not the same as %s', (a, b) => {
    expect(isSameRepository(a, b)).toBe(false);
  });

  it.each([
    ['ghcr.io/org/shop/web', 'org/shop/web'],
    ['org/web', 'org/web'],
    ['web', 'web'],
  ])('%s without its host is %s', (repository, path) => {
    expect(withoutHost(repository)).toBe(path);
  });
});
