import type { CommitSha } from '../../../lib/identifiers.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import type { ReleaseVersion } from '../../src/tags/push-event.ts';
import { planTags } from '../../src/tags/tag-rules.ts';
import { COPIED, FakeBuilder, type FakeRegistry, index, job, silent } from '../fakes.ts';

export const sha = '0123456789abcdef0123456789abcdef01234567' as CommitSha;

export function release(text: string, stable = true): ReleaseVersion {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return { text, major, minor, stable };
}

export const REPOSITORY = 'prod.example/web';
/** Without attestations, so that it gets no tag of its content. */
export const ours: Manifest = { ...index('1', 'a'), attestations: [] };
export const newer = index('2', 'b');
const ALL = ['semver', 'semver-minor', 'semver-major', 'latest'] as const;

/** The job of a release, with the tags that these rules give. */
export function releasing(text: string, rules: readonly (typeof ALL)[number][] = ALL): ImageJob {
  const context = { sha, branch: undefined, defaultBranch: 'main', release: release(text) };
  const { tags } = planTags(
    rules.map((kind) => ({ kind })),
    context,
  );
  // A reproducible image would also get a tag that names its content.
  return { ...job, reproducible: false, tags, release: context.release };
}

/** Build and push a release; `duringBuild` runs while it is built. */
export async function run(
  release: ImageJob,
  registry: FakeRegistry,
  { duringBuild = () => undefined, built = ours }: { duringBuild?: () => void; built?: Manifest } = {},
) {
  const builder = new FakeBuilder(registry, () => {
    duringBuild();
    return built;
  });
  const notices: string[] = [];
  const log = { ...silent, notice: (text: string) => notices.push(text) };
  const result = await buildOrPromote(release, { registry, builder }, log);
  return { tags: result.tags.map(String), notices };
}

export const find = (registry: FakeRegistry, tag: string) => registry.images.get(`${REPOSITORY}:${tag}`);

/** Run something before each request. A copy to several tags is several requests. */
export function interrupted(registry: FakeRegistry, before: () => Promise<void>): void {
  const [find, copy, tags] = [registry.find.bind(registry), registry.copy.bind(registry), registry.tags.bind(registry)];
  registry.find = async (reference) => {
    await before();
    return find(reference);
  };
  registry.tags = async (repository) => {
    await before();
    return tags(repository);
  };
  registry.copy = async (source, targets) => {
    for (const target of targets) {
      await before();
      await copy(source, [target]);
    }
    return COPIED;
  };
}
