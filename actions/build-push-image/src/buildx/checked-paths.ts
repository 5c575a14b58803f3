import { type InvalidPath, PathError } from '../../../lib/errors.ts';
import { type AllowedPaths, relativeInside, resolvePath } from '../../../lib/workspace.ts';
import type { ImageSettings } from '../inputs/inputs.ts';
import type { Builder } from './builder.ts';

/** A builder before whose builds it is looked again where the image's paths lead: since the inputs were read, a link may have taken their place. */
export function withCheckedPaths(builder: Builder, area: AllowedPaths): Builder {
  return {
    async build(plan, log) {
      await assertUnmoved(plan.image, area);
      return builder.build(plan, log);
    },
  };
}

/**
 * @param image its paths are absolute and were without links
 * @throws {PathError} naming those that lead elsewhere now
 */
export async function assertUnmoved(
  { context, file, secrets }: Pick<ImageSettings, 'context' | 'file' | 'secrets'>,
  area: AllowedPaths,
): Promise<void> {
  const own = await moved([context, file], { workspace: area.workspace });
  if (own.length > 0) throw new PathError('images', own);
  const files = secrets.flatMap(({ from }) => ('file' in from ? from.file : []));
  const secret = await moved(files, area);
  if (secret.length > 0) throw new PathError('secrets', secret);
}

async function moved(paths: readonly string[], area: AllowedPaths): Promise<InvalidPath[]> {
  const root = await resolvePath(area, '.');
  const workspace = 'value' in root ? root.value.path : area.workspace;
  const faults = await Promise.all(
    paths.map(async (path): Promise<InvalidPath[]> => {
      const place = await resolvePath(area, path);
      const problem = 'problem' in place ? place.problem : place.value.path === path ? undefined : 'has become a link';
      return problem === undefined ? [] : [{ path: relativeInside(workspace, path) ?? path, problem }];
    }),
  );
  return faults.flat();
}
