import { messageOf } from '../../lib/errors.ts';
import { escapeMarkdown, markdownTable } from '../../lib/markdown.ts';
import type { Delivery, FailedImage } from './images/image-job.ts';
import type { Settings } from './inputs/inputs.ts';

/** The step's table for people. */
export function summaryOf(settings: Settings, deliveries: readonly Delivery[], failed: readonly FailedImage[]): string {
  const parts = ['### Images'];
  if (deliveries.length > 0)
    parts.push(
      markdownTable({
        header: ['Image', 'Digest', 'Tags', 'Platforms', 'How', 'Seconds'],
        rows: deliveries.map((image) => [
          { code: image.repository },
          { code: image.digest },
          { code: image.tags.join(' ') || '-' },
          image.platforms.join(', ') || "the builder's own",
          how(image, settings),
          String(image.seconds),
        ]),
      }),
    );
  for (const { name, error } of failed)
    parts.push(`**${escapeMarkdown(name)} failed.** ${escapeMarkdown(messageOf(error))}`);
  return `${parts.join('\n\n')}\n`;
}

function how({ promoted }: Delivery, { promotion, push }: Settings): string {
  if (!promoted) return push ? 'built and pushed' : 'built, not pushed';
  return promotion?.mode === 'verify'
    ? `copied from ${promotion.from}, rebuild verified`
    : `copied from ${promotion?.from}`;
}
