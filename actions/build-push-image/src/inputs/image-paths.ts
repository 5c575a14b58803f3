import { isAbsolute, join, resolve } from 'node:path';
import { DOES_NOT_EXIST, resolvePath } from '../../../lib/files/workspace.ts';

interface PathProblem {
  problem: string;
  value: string;
  example: string;
}

/** The sources of an image, as absolute paths. */
export interface ImagePaths {
  context: string;
  file: string;
  problems: PathProblem[];
}

/**
 * Find the context and the Dockerfile of an image. `file` is relative to the workspace, as for `docker build`; if no such file exists, it is
 * relative to the context, as many users write it. Without `file` it is the `Dockerfile` of the context.
 */
export async function resolveImagePaths(
  workspace: string,
  item: { context: string; file: string | undefined },
): Promise<ImagePaths> {
  const problems: PathProblem[] = [];
  const context = await resolveKind(workspace, item.context, 'directory');
  if ('problem' in context)
    problems.push({
      problem: `has a context that ${context.problem}`,
      value: item.context,
      example: 'context: app/web',
    });

  const directory = 'value' in context ? context.value : resolve(workspace, item.context);
  const candidates =
    item.file === undefined
      ? [join(directory, 'Dockerfile')]
      : isAbsolute(item.file)
        ? [item.file]
        : [resolve(workspace, item.file), join(directory, item.file)];
  let file = candidates[0] ?? '';
  let problem: string | undefined;
  // A missing Dockerfile in a missing context is not a second problem.
  if ('value' in context || item.file !== undefined) {
    for (const candidate of candidates) {
      const found = await resolveKind(workspace, candidate, 'file');
      if ('value' in found) {
        file = found.value;
        problem = undefined;
        break;
      }
      // A link that leads elsewhere explains more than a missing file.
      if (problem === undefined || problem === DOES_NOT_EXIST) problem = found.problem;
    }
  }
  if (problem !== undefined)
    problems.push({
      problem: `has a Dockerfile that ${problem}`,
      value: item.file ?? join(item.context, 'Dockerfile'),
      example: 'file: app/web/Dockerfile',
    });
  return { context: directory, file, problems };
}

/** The paths as they are named, without a look at the disk: for an image that is not built. */
export function namedPaths(workspace: string, item: { context: string; file: string | undefined }): ImagePaths {
  const context = resolve(workspace, item.context);
  return { context, file: resolve(context, item.file ?? 'Dockerfile'), problems: [] };
}

async function resolveKind(
  workspace: string,
  path: string,
  kind: 'file' | 'directory',
): Promise<{ value: string } | { problem: string }> {
  const resolved = await resolvePath({ workspace }, path);
  if ('problem' in resolved) return resolved;
  if (resolved.value.kind === kind) return { value: resolved.value.path };
  return { problem: resolved.value.kind === 'missing' ? DOES_NOT_EXIST : `is not a ${kind}` };
}
