import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `moby/buildkit`, by its tag and its digest: setup-buildx-action itself takes a tag that moves. */
export const buildkitImage = imageOf(readFileSync(join(import.meta.dirname, 'buildkit.Dockerfile'), 'utf8'));

/** @throws Error when the file has no `FROM` that names an image by tag and digest */
function imageOf(dockerfile: string): string {
  const [, image] = /^FROM (moby\/buildkit:v\d+\.\d+\.\d+@sha256:[0-9a-f]{64})$/m.exec(dockerfile) ?? [];
  if (image === undefined) throw new Error('buildkit.Dockerfile names no moby/buildkit by tag and digest');
  return image;
}
