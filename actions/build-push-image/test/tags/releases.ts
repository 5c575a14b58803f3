import type { CommitSha } from '../../../lib/identifiers.ts';
import type { ReleaseVersion } from '../../src/tags/push-event.ts';

export const sha = '0123456789abcdef0123456789abcdef01234567' as CommitSha;

export function release(text: string, stable = true): ReleaseVersion {
  const [major = 0, minor = 0] = text.split('.').map(Number);
  return { text, major, minor, stable };
}
