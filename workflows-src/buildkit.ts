import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `moby/buildkit` by tag and digest: the default of setup-buildx-action is a floating tag. */
export const buildkitImage = parseImage(readFileSync(join(import.meta.dirname, 'buildkit.Dockerfile'), 'utf8'));

/** @throws Error when the file has no `FROM` with a tag and a digest */
function parseImage(dockerfile: string): string {
  const [, image] = /^FROM (moby\/buildkit:v\d+\.\d+\.\d+@sha256:[0-9a-f]{64})$/m.exec(dockerfile) ?? [];
  if (image === undefined) throw new Error('buildkit.Dockerfile: FROM must be moby/buildkit with a tag and a digest');
  return image;
}
