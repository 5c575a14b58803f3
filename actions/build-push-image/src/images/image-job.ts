import type { CommitSha, ImageName, ImageTag } from '../../../lib/identifiers.ts';
import type { BuiltImage } from '../../../lib/images/images-output.ts';
import type { BuildPlan } from '../buildx/arguments.ts';
import type { Builder, Metadata } from '../buildx/builder.ts';
import type { StepCount } from '../buildx/step-counter.ts';
import type { Promotion } from '../inputs/promotion-input.ts';
import type { Registry } from '../registry/registry.ts';
import type { SharedImage, TaggedRepository } from '../tags/several-registries.ts';

/** One image to promote or build, and its tags. */
export interface ImageJob extends SharedImage {
  name: ImageName;
  /** The name with the affixes of its tags, which is unique in the step: `shop/web-debug`. */
  key: string;
  /** The commit's own tag, under which promotion looks for the tested image. */
  shaTag: ImageTag;
  promotion: Promotion | undefined;
  /** Commits whose image may be promoted when the run's has none; asked for only then. */
  earlierCommits: () => Promise<EarlierCommits>;
  plan: BuildPlan;
  /** Where a rebuilt image that differs is left for later steps. */
  temporary: string;
  /** Whether the sizes of the images are to be read. */
  readsSizes: boolean;
}

/** The commits before the run's since which an image's sources have not changed. */
export interface EarlierCommits {
  /** Newest first. */
  commits: readonly CommitSha[];
  /** Whether the checkout may lack some. */
  shallow: boolean;
}

/** A finished image, with what the summary says of it. */
export interface ImageResult extends BuiltImage {
  /** See {@link ImageJob.key}. */
  key: string;
  /** Of the build; `undefined` for a promoted image. */
  metadata: Metadata | undefined;
  /** In the order of the registries; none when it was only checked. */
  repositories: readonly TaggedRepository[];
  /** In bytes, compressed, by platform. One that could not be read is missing. */
  sizes: ReadonlyMap<string, number>;
  /** An image of an earlier run was used, because it is equivalent. */
  reused?: boolean;
  /** Of the build. */
  steps?: StepCount;
}

/** An image that failed, and why. */
export interface ImageFailure {
  name: string;
  error: unknown;
}

/** The clients that build and push images. */
export interface Clients {
  registry: Registry;
  builder: Builder;
}
