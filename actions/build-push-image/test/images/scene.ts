import type { RegistryName } from '../../../lib/identifiers.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Promotion } from '../../src/inputs/promotion-input.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import { FakeBuilder, FakeRegistry, job, silent } from '../fakes.ts';

export const from = 'staging.example' as RegistryName;
export const promoting = (mode: Promotion['mode'], chosen: Partial<Promotion> = {}): ImageJob => ({
  ...job,
  promotion: { from, mode, commit: undefined, digests: new Map(), ...chosen },
});
export const SOURCE = 'staging.example/web:sha-0123456789ab';

/** A registry with the tested image, and a builder that builds the given image. */
export function createScene(built: Manifest, source?: Manifest) {
  const registry = new FakeRegistry();
  if (source !== undefined) {
    registry.images.set(SOURCE, source);
    registry.images.set(`staging.example/web@${source.digest}`, source);
  }
  const builder = new FakeBuilder(registry, () => built);
  return {
    registry,
    builder,
    run: (imageJob: ImageJob) => buildOrPromote(imageJob, { registry, builder }, silent),
  };
}
