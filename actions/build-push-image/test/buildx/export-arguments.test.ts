import { describe, expect, it } from '@jest/globals';
import { exportArguments } from '../../src/buildx/export-arguments.ts';
import type { BuildOptions } from '../../src/inputs/build-options.ts';
import { noOptions, plan } from '../fakes.ts';

/** The outputs of the build that writes the image. */
function outputs(options: Partial<BuildOptions>, epoch: number | undefined = undefined): string[] {
  const image = { ...plan.image, options: { ...noOptions, ...options } };
  const args = exportArguments({ ...plan, image, epoch, cache: 'gha' }, ['a/web:1', 'a/web:2'], 'm.json');
  return args.flatMap((arg, index) => (args[index - 1] === '--output' ? [arg] : []));
}

describe('the build that writes an image', () => {
  it.each<[string, Partial<BuildOptions>, string[]]>([
    ['loads it under all names', { load: true }, ['type=docker,"name=a/web:1,a/web:2"']],
    ['keeps a given name', { outputs: ['type=docker,name=x,dest=d'] }, ['type=docker,name=x,dest=d']],
    ['names no files', { outputs: ['type=local,dest={image}/{branch}'] }, ['type=local,dest=web/main']],
  ])('%s', (_title, options, expected) => {
    expect(outputs(options)).toEqual(expected);
  });

  it('lowers file times as the push does', () => {
    expect(outputs({ outputs: ['type=oci,name=x,dest=o', 'type=tar,dest=t'] }, 7)).toEqual([
      'type=oci,name=x,dest=o,rewrite-timestamp=true',
      'type=tar,dest=t',
    ]);
  });

  it('has no attestations and writes no cache', () => {
    const options = { ...noOptions, load: true, noCache: true, cacheTo: ['type=gha'] };
    const args = exportArguments({ ...plan, cache: 'gha', image: { ...plan.image, options } }, [], 'm.json').join(' ');
    expect(args).toContain('--provenance false --sbom false');
    expect(args).not.toMatch(/--cache-to|--no-cache/);
  });
});
