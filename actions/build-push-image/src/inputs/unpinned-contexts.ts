import type { Settings } from './inputs.ts';
import { isPromotionOnly } from './promotion-input.ts';
import { isRemote, namesCommit } from './remote-context.ts';

/** The remote contexts of reproducible images whose content can change between two builds, each once. */
export function findUnpinnedContexts({
  images,
  promotion,
  reproducible,
}: Pick<Settings, 'images' | 'promotion' | 'reproducible'>): string[] {
  if (!reproducible || isPromotionOnly(promotion)) return [];
  const contexts = images.flatMap(({ context, options }) => [context, ...options.buildContexts.values()]);
  return [...new Set(contexts.filter((context) => isRemote(context) && !namesCommit(context)))];
}

/** The warning about them. */
export function formatUnpinnedContexts(contexts: readonly string[]): string {
  return `These contexts name no commit, so another build can give another image: ${contexts.join(', ')}. Name a commit of a Git repository, \`URL.git#COMMIT:DIR\` with 40 hex digits as COMMIT, or set \`reproducible: false\`.`;
}
