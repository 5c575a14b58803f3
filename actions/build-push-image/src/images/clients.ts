import { info } from '../../../lib/commands.ts';
import { messageOf } from '../../../lib/errors.ts';
import type { Exec } from '../../../lib/exec.ts';
import { BuildxBuilder } from '../buildx/builder.ts';
import { withCheckedPaths } from '../buildx/checked-paths.ts';
import { withRaisedTimes } from '../buildx/file-times.ts';
import type { DockerHome } from '../docker/docker-home.ts';
import type { Settings } from '../inputs/inputs.ts';
import { BuildxRegistry } from '../registry/buildx-registry.ts';
import type { Workshop } from './image-job.ts';

/** The real tools. */
export function openWorkshop(
  { area, retries, builder }: Settings,
  exec: Exec,
  home: DockerHome,
  redact: (text: string) => string,
): Workshop {
  return {
    builder: withCheckedPaths(withRaisedTimes(new BuildxBuilder({ exec, home, retries, redact })), area),
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
