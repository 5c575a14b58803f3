import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type InvalidPath, PathError } from '../../../lib/errors.ts';
import { type AllowedPaths, relativeInside, resolveOutputPath, resolvePath } from '../../../lib/files/workspace.ts';
import type { ImageSettings } from '../inputs/inputs.ts';
import { findHidingEntry, isRemote } from '../inputs/remote-context.ts';
import type { Builder } from './builder.ts';
import { filledOutputs, outputPath } from './export-arguments.ts';

/** A builder that checks the image's paths again before each build: since the inputs were read, a link may have replaced them. */
export function withPathCheck(builder: Builder, allowedPaths: AllowedPaths): Builder {
  return {
    async build(plan, log) {
      await assertPathsUnchanged(plan.image, allowedPaths);
      return builder.build(plan, log);
    },
    async export(plan, names, log) {
      await assertPathsUnchanged(plan.image, allowedPaths);
      for (const output of filledOutputs(plan)) await prepareOutput(output, allowedPaths);
      return builder.export(plan, names, log);
    },
  };
}

/** Check the path of an output again, now that its placeholders are replaced, and create its directory. */
async function prepareOutput(output: string, allowedPaths: AllowedPaths): Promise<void> {
  const path = outputPath(output);
  if (path === undefined) return;
  const resolved = await resolveOutputPath(allowedPaths, path);
  if ('problem' in resolved) throw new PathError('outputs', [{ path, problem: resolved.problem }]);
  await mkdir(dirname(resolved.value.path), { recursive: true });
}

/**
 * @param image its paths in the workspace are absolute and contained no links
 * @throws {PathError} with the paths that now lead elsewhere
 */
export async function assertPathsUnchanged(
  { context, file, secrets }: Pick<ImageSettings, 'context' | 'file' | 'secrets'>,
  allowedPaths: AllowedPaths,
): Promise<void> {
  const sources = isRemote(context)
    ? await findHidingPaths(context, allowedPaths)
    : await findChangedPaths([context, file], { workspace: allowedPaths.workspace });
  if (sources.length > 0) throw new PathError('images', sources);
  const files = secrets.flatMap(({ from }) => ('file' in from ? from.file : []));
  const secretFiles = await findChangedPaths(files, allowedPaths);
  if (secretFiles.length > 0) throw new PathError('secrets', secretFiles);
}

async function findHidingPaths(context: string, { workspace }: AllowedPaths): Promise<InvalidPath[]> {
  const entry = await findHidingEntry(workspace, context);
  return entry === undefined ? [] : [{ path: entry, problem: 'would be used in place of a remote context' }];
}

async function findChangedPaths(paths: readonly string[], allowedPaths: AllowedPaths): Promise<InvalidPath[]> {
  const root = await resolvePath(allowedPaths, '.');
  const workspace = 'value' in root ? root.value.path : allowedPaths.workspace;
  const changed = await Promise.all(
    paths.map(async (path): Promise<InvalidPath[]> => {
      const resolved = await resolvePath(allowedPaths, path);
      const problem =
        'problem' in resolved ? resolved.problem : resolved.value.path === path ? undefined : 'has become a link';
      return problem === undefined ? [] : [{ path: relativeInside(workspace, path) ?? path, problem }];
    }),
  );
  return changed.flat();
}
