import type { Release, ReleaseFields } from './releases.ts';

/** The fields that differ, by the names of their inputs. Line endings and trailing white space do not count. */
export function findDifferences(release: Release, desired: Omit<ReleaseFields, 'latest'>): string[] {
  const text = (body: string): string => body.replaceAll('\r\n', '\n').trimEnd();
  const pairs: [string, boolean][] = [
    ['name', release.name === desired.name],
    ['body', text(release.body) === text(desired.body)],
    ['prerelease', release.prerelease === desired.prerelease],
    ['draft', release.draft === desired.draft],
  ];
  return pairs.filter(([, same]) => !same).map(([name]) => name);
}
