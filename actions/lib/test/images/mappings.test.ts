import { expect, it } from '@jest/globals';
import { fullRepository, imageNameIn } from '../../images/mappings.ts';

const nameIn = (mapping: Record<string, unknown>) => imageNameIn((key) => mapping[key]);

it.each([
  [{ repository: 'org/web' }, 'org/web'],
  [{ registry: 'ghcr.io', repository: 'org/web', tag: '' }, 'ghcr.io/org/web'],
  [{ registry: 'ghcr.io///', repository: 'org/web' }, 'ghcr.io/org/web'],
  [{ registry: 'ghcr.io', repository: 'GHCR.io/org/web' }, 'GHCR.io/org/web'],
  [{ registry: ' ', repository: ' org/web ' }, 'org/web'],
  [{ registry: null, repository: 'org/web' }, 'org/web'],
])('%j names %s', (mapping, repository) => {
  const name = nameIn(mapping);
  expect(name && fullRepository(name)).toBe(repository);
});

it.each([
  {},
  { repository: '' },
  { repository: '  ' },
  { repository: null },
  { repository: 7 },
  { registry: 'ghcr.io' },
])('%j does not name an image', (mapping) => {
  expect(nameIn(mapping)).toBeUndefined();
});

it('reads a registry with many slashes in linear time', () => {
  expect(fullRepository({ registry: `${'/'.repeat(1_000_000)}x`, repository: 'web' })).toMatch(/x\/web$/);
});
