import type { Release, ReleaseFields } from '../releases.ts';

/** The fields in which a release is not as wanted, by their names as inputs. Line ends and blank space at the end do not count. */
export function differences(release: Release, wanted: Omit<ReleaseFields, 'latest'>): string[] {
  const text = (body: string): string => body.replaceAll('\r\n', '\n').trimEnd();
  const pairs: [string, boolean][] = [
    ['name', release.name === wanted.name],
    ['body', text(release.body) === text(wanted.body)],
    ['prerelease', release.prerelease === wanted.prerelease],
    ['draft', release.draft === wanted.draft],
  ];
  return pairs.filter(([, same]) => !same).map(([name]) => name);
}
