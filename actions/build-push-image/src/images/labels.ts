import type { Context } from '../../../lib/runner/context.ts';

export interface LabelContext {
  context: Context;
  /** The image's name, its label `title`. */
  name: string;
  /** Only with `commit-labels`. */
  commit: CommitLabels | undefined;
}

/** What the labels say of the commit, or of the tag, that the image is built from. */
export interface CommitLabels {
  version: string;
  created: Date;
}

/**
 * The standard labels of an image. They are part of its digest. Without those of the commit, an image whose sources did not change has the
 * same digest at the next commit; with them, all must depend on the commit alone, and the caller chooses `version` and `created` accordingly.
 * Source: https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
 */
export function standardLabels({ context, name, commit }: LabelContext): Map<string, string> {
  return new Map([
    ['org.opencontainers.image.source', `${context.serverUrl}/${context.repository}`],
    ['org.opencontainers.image.title', name],
    ...(commit === undefined
      ? []
      : ([
          ['org.opencontainers.image.revision', context.sha],
          ['org.opencontainers.image.version', commit.version],
          ['org.opencontainers.image.created', commit.created.toISOString().replace('.000Z', 'Z')],
        ] as const)),
  ]);
}
