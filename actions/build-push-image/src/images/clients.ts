import { messageOf } from '../../../lib/errors.ts';
import { info } from '../../../lib/runner/commands.ts';
import { type BuilderOptions, BuildxBuilder } from '../buildx/builder.ts';
import { withPathCheck } from '../buildx/checked-paths.ts';
import type { Settings } from '../inputs/inputs.ts';
import { HttpRegistry } from '../registry/http-registry.ts';
import type { Clients } from './image-job.ts';

/** The clients of the builder and of registries. */
export function createClients(
  { allowedPaths, retries, pushTimeout }: Settings,
  { exec, home, redact }: Omit<BuilderOptions, 'retries' | 'uploadSeconds'>,
): Clients & { registry: HttpRegistry } {
  return {
    builder: withPathCheck(
      new BuildxBuilder({ exec, home, retries, redact, uploadSeconds: pushTimeout }),
      allowedPaths,
    ),
    registry: new HttpRegistry({
      exec,
      home,
      retries,
      onRetry: (error, attempt, seconds) =>
        info(`${redact(messageOf(error))}; attempt ${attempt + 1} in ${seconds.toFixed(1)} s`),
    }),
  };
}
