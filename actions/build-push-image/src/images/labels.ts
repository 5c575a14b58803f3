import type { Context } from '../../../lib/runner/context.ts';

export interface LabelContext {
  context: Context;
  /** The image's name, its label `title`. */
  name: string;
  version: string;
  created: Date;
}

/**
 * The standard labels of an image. They are part of its digest: the same commit gives the same digest only if all of them depend on the
 * commit alone. The caller chooses `version` and `created` accordingly.
 * Source: https://github.com/opencontainers/image-spec/blob/main/annotations.md#pre-defined-annotation-keys
 */
export function standardLabels({ context, name, version, created }: LabelContext): Map<string, string> {
  return new Map([
    ['org.opencontainers.image.source', `${context.serverUrl}/${context.repository}`],
    ['org.opencontainers.image.revision', context.sha],
    ['org.opencontainers.image.version', version],
    ['org.opencontainers.image.created', created.toISOString().replace('.000Z', 'Z')],
    ['org.opencontainers.image.title', name],
  ]);
}
