import { describe, expect, it } from '@jest/globals';
import { findProvenance, parseBuildRequest } from '../../../src/registry/manifests/provenance.ts';
import { digest } from '../../fakes.ts';

const parse = (predicate: object): string | undefined =>
  parseBuildRequest(JSON.stringify({ predicate }), 'the registry');

/** The two versions of the format, as BuildKit writes them. */
const version02 = (args: object, complete = true) => ({
  builder: { id: 'run 1' },
  invocation: { configSource: { entryPoint: 'Dockerfile' }, parameters: { frontend: 'dockerfile.v0', args } },
  metadata: { buildStartedOn: '2026-01-01', completeness: { parameters: complete } },
});
const version1 = (args: object, complete = true) => ({
  buildDefinition: { externalParameters: { configSource: { path: 'Dockerfile' }, request: { args } } },
  runDetails: { builder: { id: 'run 1' }, metadata: { buildkit_completeness: { request: complete } } },
});

describe.each([
  ['0.2', version02],
  ['1', version1],
])('what a build was asked for, by provenance %s', (_version, provenance) => {
  it('is the same whatever the order of its keys, the run and the time', () => {
    const request = parse(provenance({ a: '1', b: '2' }));
    expect(request).toBeDefined();
    expect(parse({ ...provenance({ b: '2', a: '1' }), builder: { id: 'run 2' } })).toBe(request);
  });

  it('differs with another build argument', () => {
    expect(parse(provenance({ 'build-arg:WHO': 'a' }))).not.toBe(parse(provenance({ 'build-arg:WHO': 'b' })));
  });

  it('is unknown when arguments were left out', () => {
    expect(parse(provenance({}, false))).toBeUndefined();
  });
});

describe('the provenance of an image', () => {
  const manifest = (type: string) =>
    JSON.stringify({ layers: [{ digest: digest('a'), annotations: { 'in-toto.io/predicate-type': type } }] });

  it('is found beside other attestations', () => {
    expect(findProvenance(manifest('https://slsa.dev/provenance/v1'), 'x')).toBe(digest('a'));
    expect(findProvenance(manifest('https://spdx.dev/Document'), 'x')).toBeUndefined();
  });
});
