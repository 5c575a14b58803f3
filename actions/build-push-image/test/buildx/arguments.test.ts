import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ImageName } from '../../../lib/identifiers.ts';
import { type BuildPlan, buildArguments, formatCommand } from '../../src/buildx/arguments.ts';
import type { BuildOptions } from '../../src/inputs/build-options.ts';
import { plan as fakePlan, noOptions } from '../fakes.ts';

const plan: BuildPlan = {
  ...fakePlan,
  image: { ...fakePlan.image, name: 'shop/web' as ImageName },
  repository: 'ghcr.io/org/shop/web',
  epoch: undefined,
};
const { image } = plan;
const withOptions = (options: Partial<BuildOptions>): Partial<BuildPlan> => ({
  image: { ...image, options: { ...noOptions, ...options } },
});
const args = (change: Partial<BuildPlan> = {}) => buildArguments({ ...plan, ...change }, '/t/m.json');
/** The argument after each occurrence of a flag. */
const valuesOf = (flag: string, list: string[]) =>
  list.flatMap((arg, index) => (arg === flag ? [list[index + 1]] : []));

const PUSH =
  'type=image,oci-mediatypes=true,name=ghcr.io/org/shop/web,push-by-digest=true,name-canonical=true,push=true';

describe('the arguments of a build', () => {
  it('have these defaults', () => {
    expect(args()).toEqual([
      'buildx',
      'build',
      '--progress',
      'plain',
      '--metadata-file',
      '/t/m.json',
      '--file',
      '/w/web/Dockerfile',
      '--provenance',
      'mode=max',
      '--sbom',
      'false',
      '--output',
      PUSH,
      '--',
      '/w/web',
    ]);
  });

  it('have switches', () => {
    expect(args(withOptions({ pull: true, noCache: true }))).toEqual(expect.arrayContaining(['--pull', '--no-cache']));
    expect(args()).not.toEqual(expect.arrayContaining(['--pull']));
  });

  it.each<[string, Partial<BuildPlan>, string, string[]]>([
    ['a target', { image: { ...image, target: 'prod' } }, '--target', ['prod']],
    ['platforms', { platforms: ['linux/amd64', 'linux/arm64'] }, '--platform', ['linux/amd64,linux/arm64']],
    ['a builder', { builder: 'mine' }, '--builder', ['mine']],
    ['the time of a reproducible image', { epoch: 7 }, '--build-arg', ['SOURCE_DATE_EPOCH=7']],
    ['that time in the layers', { epoch: 7 }, '--output', [`${PUSH},rewrite-timestamp=true`]],
    [
      "a user's own time",
      { epoch: 7, image: { ...image, buildArgs: new Map([['SOURCE_DATE_EPOCH', '9']]) } },
      '--build-arg',
      ['SOURCE_DATE_EPOCH=9'],
    ],
    ['no push', { output: 'check' }, '--output', ['type=image,oci-mediatypes=true,push=false']],
    ['the network', withOptions({ network: 'none' }), '--network', ['none']],
    ['hosts', withOptions({ addHosts: new Map([['db', '::1']]) }), '--add-host', ['db=::1']],
    ['SSH', withOptions({ ssh: ['default'] }), '--ssh', ['default']],
    [
      "a user's cache",
      withOptions({ cacheTo: ['type=registry,ref=a/{image}:cache-{branch},mode=max'] }),
      '--cache-to',
      ['type=registry,ref=a/shop/web:cache-main,mode=max,ignore-error=true'],
    ],
    [
      "a user's cache whose errors count",
      withOptions({ cacheTo: ['type=gha,ignore-error=false'] }),
      '--cache-to',
      ['type=gha,ignore-error=false'],
    ],
    ['an inline cache', withOptions({ cacheTo: ['type=inline'] }), '--cache-to', ['type=inline']],
    [
      'no registry cache without a push',
      { output: 'check', ...withOptions({ cacheTo: ['type=registry,ref=a/b', 'type=gha'] }) },
      '--cache-to',
      ['type=gha,ignore-error=true'],
    ],
    [
      'caches to read',
      withOptions({ cacheFrom: ['type=gha', 'type=local,src=x'] }),
      '--cache-from',
      ['type=gha', 'type=local,src=x'],
    ],
    [
      'no cache to read',
      { cache: 'gha', ...withOptions({ noCache: true, cacheFrom: ['type=gha'] }) },
      '--cache-from',
      [],
    ],
    [
      'an archive',
      { output: 'check', archive: '/t/a,b.tar', epoch: 7 },
      '--output',
      ['type=oci,"dest=/t/a,b.tar",oci-mediatypes=true,rewrite-timestamp=true'],
    ],
    ['annotations', { image: { ...image, annotations: new Map([['index:a', 'b']]) } }, '--annotation', ['index:a=b']],
    [
      'a secret of the environment',
      { image: { ...image, secrets: [{ id: 'npm', from: { env: 'NPM_TOKEN' } }] } },
      '--secret',
      ['id=npm,env=NPM_TOKEN'],
    ],
    [
      'a secret of a file',
      { image: { ...image, secrets: [{ id: 'rc', from: { file: 'a,"b"' } }] } },
      '--secret',
      ['id=rc,"src=/w/a,""b"""'],
    ],
    [
      'the run in the provenance',
      { builderId: 'https://github.com/o/r/actions/runs/1/attempts/2' },
      '--provenance',
      ['mode=max,builder-id=https://github.com/o/r/actions/runs/1/attempts/2'],
    ],
    [
      'the smaller provenance',
      { builderId: 'https://x', provenance: 'true' },
      '--provenance',
      ['mode=min,builder-id=https://x'],
    ],
    ['no provenance', { builderId: 'https://x', provenance: 'false' }, '--provenance', ['false']],
    ['an SBOM', { sbom: 'generator=x/y' }, '--sbom', ['generator=x/y']],
    ['the cache of GitHub', { cache: 'gha' }, '--cache-from', ['type=gha,scope=shop/web']],
    [
      'the cache of GitHub, written',
      { cache: 'gha' },
      '--cache-to',
      ['type=gha,scope=shop/web,mode=max,ignore-error=true'],
    ],
    [
      'the cache in the registry',
      { cache: 'registry' },
      '--cache-from',
      ['type=registry,ref=ghcr.io/org/shop/web:buildcache'],
    ],
    [
      'the cache in the registry, written',
      { cache: 'registry' },
      '--cache-to',
      [
        'type=registry,ref=ghcr.io/org/shop/web:buildcache,mode=max,ignore-error=true,image-manifest=true,oci-mediatypes=true',
      ],
    ],
    ['the cache in the registry, read alone', { cache: 'registry', output: 'check' }, '--cache-to', []],
  ])('contain %s', (_title, change, flag, expected) => {
    expect(valuesOf(flag, args(change))).toEqual(expected);
  });

  it('do not use the cache in a build without cache', () => {
    const list = args({ noCache: true, cache: 'registry' });
    expect(list).toContain('--no-cache');
    expect(list.join(' ')).not.toContain('--cache-');
  });

  it("end with the user's options and the context", () => {
    expect(args({ extraArgs: ['--network=host'] }).slice(-3)).toEqual(['--network=host', '--', '/w/web']);
  });

  it('contain labels and build arguments unchanged, with any characters', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'B', ',', '"', "'", '=', '\n', ' ', '$(x)', '`', '\\', ';', 'é'),
    });
    fc.assert(
      fc.property(text, text, (label, argument) => {
        const list = args({
          labels: new Map([['key', label]]),
          image: { ...image, buildArgs: new Map([['ARG', argument]]) },
        });
        expect(valuesOf('--label', list)).toEqual([`key=${label}`]);
        expect(valuesOf('--build-arg', list)).toEqual([`ARG=${argument}`]);
      }),
    );
  });

  it('are printed with quotes where needed', () => {
    expect(formatCommand(['buildx', '--label', 'a=b c'])).toBe('docker buildx --label "a=b c"');
  });
});
