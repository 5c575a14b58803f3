import { messageOf } from '../../lib/errors.ts';
import { escapeMarkdown, markdownTable } from '../../lib/markdown.ts';
import type { ImageFailure, ImageResult } from './images/image-job.ts';
import type { Settings } from './inputs/inputs.ts';

/** The table of the images for the job summary, and below it the images that failed. */
export function formatSummary(
  settings: Settings,
  results: readonly ImageResult[],
  failures: readonly ImageFailure[],
): string {
  const parts = ['### Images'];
  if (results.length > 0)
    parts.push(
      markdownTable({
        header: ['Image', 'Digest', 'Tags', 'Platforms', 'How', 'Seconds'],
        rows: results.map((image) => [
          { code: image.repository },
          { code: image.digest },
          { code: image.tags.join(' ') || '-' },
          image.platforms.join(', ') || "the builder's default",
          formatOrigin(image, settings),
          String(image.seconds),
        ]),
      }),
    );
  for (const { name, error } of failures)
    parts.push(`**${escapeMarkdown(name)} failed.** ${escapeMarkdown(messageOf(error))}`);
  return `${parts.join('\n\n')}\n`;
}

function formatOrigin(image: ImageResult, { promotion, push }: Settings): string {
  const copies = image.repositories.slice(1).map(({ repository }) => `copied to ${repository}`);
  if (!image.promoted)
    return [
      image.reused ? 'built, earlier image reused' : push ? 'built and pushed' : 'built, not pushed',
      ...formatSteps(image),
      ...copies,
    ].join('; ');
  const verified = promotion?.mode === 'verify' ? ', rebuild verified' : '';
  return [`copied from ${promotion?.from}${verified}`, ...copies].join('; ');
}

/** How much of the build came from the cache. An image of `FROM scratch` alone has no steps. */
function formatSteps({ steps }: ImageResult): string[] {
  if (steps === undefined || steps.total === 0) return [];
  return [`${steps.cached} of ${steps.total} ${steps.total === 1 ? 'step' : 'steps'} from the cache`];
}
