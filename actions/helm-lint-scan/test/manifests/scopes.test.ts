import { describe, expect, it } from '@jest/globals';
import { createReader } from '../../src/manifests/read.ts';
import { readScopes } from '../../src/manifests/scopes.ts';

/** The names of the scopes and their files. Each file holds the objects that are named after the colon. */
function scopesOf(...lines: string[][]): [string, string[]][] {
  const groups = lines.map((files, index) => ({
    pattern: `line ${index + 1}`,
    files: files.map((file) => {
      const [path = '', names = path] = file.split(': ');
      const objects = names.split(' ').map((name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`);
      return { path, text: objects.join('---\n') };
    }),
  }));
  return readScopes(groups, createReader()).map(({ name, resources }) => [
    name,
    [...new Set(resources.map(({ source }) => source.file))],
  ]);
}

describe('plain manifests', () => {
  it('of one line are checked together, in any directories', () => {
    expect(scopesOf(['a/x.yaml', 'a/b/y.yaml', 'z.yaml'])).toEqual([['', ['a/x.yaml', 'a/b/y.yaml', 'z.yaml']]]);
  });

  it('of different lines are separate, and the same files are checked once', () => {
    expect(scopesOf(['a.yaml: web'], ['b.yaml: web'], ['a.yaml: web'])).toEqual([
      ['line 1', ['a.yaml']],
      ['line 2', ['b.yaml']],
    ]);
  });

  it('with the same object in several directories are separate, each with what they have in common', () => {
    const files = [
      'apps/base/db.yaml',
      'apps/prod/web.yaml: web',
      'apps/staging/web.yaml: web',
      'apps/x.yaml',
      'y.yaml',
    ];
    expect(scopesOf(files)).toEqual([
      ['', ['y.yaml']],
      ['apps/prod', ['apps/base/db.yaml', 'apps/prod/web.yaml', 'apps/x.yaml']],
      ['apps/staging', ['apps/base/db.yaml', 'apps/staging/web.yaml', 'apps/x.yaml']],
    ]);
  });

  it('with the same object in one directory are together, so that the duplicate is found', () => {
    expect(scopesOf(['a/x.yaml: web', 'a/y.yaml: web'])).toEqual([['', ['a/x.yaml', 'a/y.yaml']]]);
    expect(scopesOf(['a/x.yaml: web', 'a/y.yaml: web', 'b/x.yaml: web'])).toEqual([
      ['a', ['a/x.yaml', 'a/y.yaml']],
      ['b', ['b/x.yaml']],
    ]);
  });

  it('are separate at every level', () => {
    const files = ['eu/prod/a.yaml: web', 'eu/test/a.yaml: web', 'us/prod/a.yaml: web', 'us/prod/b.yaml'];
    expect(scopesOf(files)).toEqual([
      ['eu/prod', ['eu/prod/a.yaml']],
      ['eu/test', ['eu/test/a.yaml']],
      ['us', ['us/prod/a.yaml', 'us/prod/b.yaml']],
    ]);
  });

  it('are separate in each of several directories', () => {
    const apps = ['a', 'b'].flatMap((app) => ['prod', 'test'].map((stage) => `${app}/${stage}/x.yaml: ${app}`));
    expect(scopesOf(apps).map(([name]) => name)).toEqual(['a/prod', 'a/test', 'b/prod', 'b/test']);
  });

  it('in a directory and in one below it are separate', () => {
    expect(scopesOf(['a/x.yaml: web', 'a/b/x.yaml: web']).map(([name]) => name)).toEqual(['a', 'a/b']);
    expect(scopesOf(['x.yaml: web', 'b/x.yaml: web'])).toEqual([
      ['', ['x.yaml']],
      ['b', ['b/x.yaml']],
    ]);
  });

  it('have names that differ', () => {
    const prod = 'a/prod/x.yaml: web';
    expect(
      scopesOf([prod, 'a/test/x.yaml: web'], [prod, 'a/prod/y.yaml', 'a/test/x.yaml: web']).map(([name]) => name),
    ).toEqual(['a/prod', 'a/test', 'a/prod (2)']);
  });

  it('in thousands of directories are separated quickly', () => {
    const files = Array.from({ length: 3000 }, (_, index) => `a/${index}/x.yaml: web own-${index}`);
    const common = Array.from({ length: 1000 }, (_, index) => `a/common-${index}.yaml`);
    const scopes = scopesOf([...files, ...common]);
    expect(scopes).toHaveLength(3001);
    expect(scopes.reduce((sum, [, found]) => sum + found.length, 0)).toBe(4000);
  });
});
