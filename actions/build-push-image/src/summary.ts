import { messageOf } from '../../lib/errors.ts';
import { escapeMarkdown, markdownTable } from '../../lib/markdown.ts';
import type { ImageFailure, ImageResult } from './images/image-job.ts';
import { formatSize } from './images/sizes.ts';
import type { Settings } from './inputs/inputs.ts';
import type { TaggedRepository } from './tags/several-registries.ts';

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
          formatPlatforms(image) || "the builder's default",
          formatOrigin(image, settings),
          String(image.seconds),
        ]),
      }),
    );
  for (const { name, error } of failures)
    parts.push(`**${escapeMarkdown(name)} failed.** ${escapeMarkdown(messageOf(error))}`);
  return `${parts.join('\n\n')}\n`;
}

/** `linux/amd64 (12.3 MB), linux/arm64 (11.9 MB)` */
const formatPlatforms = ({ platforms, sizes }: ImageResult): string =>
  platforms
    .map((platform) => {
      const size = sizes.get(platform);
      return size === undefined ? platform : `${platform} (${formatSize(size)})`;
    })
    .join(', ');

function formatOrigin(image: ImageResult, { promotion, push }: Settings): string {
  const [first, ...others] = image.repositories;
  const copies = others.map((other) => `copied to ${other.repository}${formatReferrers(other)}`);
  if (!image.promoted)
    return [
      image.reused ? 'built, earlier image reused' : push ? 'built and pushed' : 'built, not pushed',
      ...formatSteps(image),
      ...copies,
    ].join('; ');
  const verified = promotion?.mode === 'verify' ? ', rebuild verified' : '';
  return [`copied from ${promotion?.from}${verified}${formatReferrers(first)}`, ...copies].join('; ');
}

/** What came along with a copy: `, 2 signatures and attestations copied, 1 not copied`. */
function formatReferrers(repository: TaggedRepository | undefined): string {
  const { referrers, notCopied } = repository?.copied ?? { referrers: 0, notCopied: [] };
  const copied = `${referrers} ${referrers === 1 ? 'signature or attestation' : 'signatures and attestations'} copied`;
  if (notCopied.length === 0) return referrers === 0 ? '' : `, ${copied}`;
  return `, ${copied}, ${notCopied.length} not copied`;
}

/** How much of the build came from the cache. An image of `FROM scratch` alone has no steps. */
function formatSteps({ steps }: ImageResult): string[] {
  if (steps === undefined || steps.total === 0) return [];
  return [`${steps.cached} of ${steps.total} ${steps.total === 1 ? 'step' : 'steps'} from the cache`];
}
