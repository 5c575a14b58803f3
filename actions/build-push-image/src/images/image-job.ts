import type { ImageName, ImageTag } from '../../../lib/identifiers.ts';
import type { BuiltImage } from '../../../lib/images-output.ts';
import type { BuildPlan } from '../buildx/arguments.ts';
import type { Builder, Metadata } from '../buildx/builder.ts';
import type { Promotion } from '../inputs/inputs.ts';
import type { Registry } from '../registry/registry.ts';
import type { Release } from '../tags/push-event.ts';
import type { PlannedTag } from '../tags/tag-rules.ts';

/** What is to become of one image. */
export interface Order {
  name: ImageName;
  repository: string;
  /** All that the rules give; those that follow the highest version move only when there is none newer. */
  tags: readonly PlannedTag[];
  /** The version that is released. */
  release: Release | undefined;
  /** The commit's own tag, by which a source of promotion is asked. */
  shaTag: ImageTag;
  promotion: Promotion | undefined;
  plan: BuildPlan;
  reproducible: boolean;
}

export interface Delivery extends BuiltImage {
  /** Of the build; `undefined` for a copied image. */
  metadata: Metadata | undefined;
}

export interface Workshop {
  registry: Registry;
  builder: Builder;
}

export interface FailedImage {
  name: string;
  error: unknown;
}
