import { messageOf } from '../../../lib/errors.ts';
import { info } from '../../../lib/runner/commands.ts';
import { type BuilderOptions, BuildxBuilder } from '../buildx/builder.ts';
import { withPathCheck } from '../buildx/checked-paths.ts';
import type { Settings } from '../inputs/inputs.ts';
import { BuildxRegistry } from '../registry/buildx-registry.ts';
import type { Clients } from './image-job.ts';

/** The clients that run Docker. */
export function createClients(
  { allowedPaths, retries, builder }: Settings,
  { exec, home, redact }: Omit<BuilderOptions, 'retries'>,
): Clients {
  return {
    builder: withPathCheck(new BuildxBuilder({ exec, home, retries, redact }), allowedPaths),
    registry: new BuildxRegistry({
      exec,
      home,
      builder,
      retries,
      onRetry: (error, attempt, seconds) =>
        info(`${redact(messageOf(error))}; attempt ${attempt + 1} in ${seconds.toFixed(1)} s`),
    }),
  };
}
