import type { BuildLog } from '../../buildx/builder.ts';
import type { CopyResult } from '../registry.ts';

/** Tell what came along with an image, and what did not. */
export function logCopy({ referrers, notCopied }: CopyResult, source: string, log: BuildLog): void {
  if (referrers > 0)
    log.progress(
      `copied ${referrers} ${referrers === 1 ? 'signature or attestation' : 'signatures and attestations'} of ${source}`,
    );
  if (notCopied.length > 0)
    log.notice(`some signatures and attestations of ${source} could not be copied: ${notCopied.join('; ')}`);
}
