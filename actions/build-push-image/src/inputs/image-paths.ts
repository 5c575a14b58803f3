import { isAbsolute, join, resolve } from 'node:path';
import { DOES_NOT_EXIST, resolvePath } from '../../../lib/files/workspace.ts';
import { findHidingEntry, findRemoteProblem, hideLogin, isInContext, isRemote } from './remote-context.ts';

/** Of an image without `file`. */
const DOCKERFILE = 'Dockerfile';

interface PathProblem {
  problem: string;
  value: string;
  example: string;
}

/** The sources of an image: absolute paths, or a remote context and the path of the Dockerfile in it. */
export interface ImagePaths {
  context: string;
  file: string;
  problems: PathProblem[];
}

/**
 * Find the context and the Dockerfile of an image. BuildKit fetches a remote context, and `file` is in it. Otherwise `file` is relative to the workspace, as for `docker build`; if no such file exists, it is
 * relative to the context, as many users write it. Without `file` it is the `Dockerfile` of the context.
 */
export async function resolveImagePaths(
  workspace: string,
  item: { context: string; file: string | undefined },
): Promise<ImagePaths> {
  if (isRemote(item.context)) return resolveRemotePaths(workspace, item);
  const problems: PathProblem[] = [];
  const context = await resolveKind(workspace, item.context, 'directory');
  if ('problem' in context)
    problems.push({
      problem: `has a context that ${context.problem}`,
      value: hideLogin(item.context),
      example: 'context: app/web',
    });

  const directory = 'value' in context ? context.value : resolve(workspace, item.context);
  const candidates =
    item.file === undefined
      ? [join(directory, DOCKERFILE)]
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
      value: item.file ?? join(item.context, DOCKERFILE),
      example: 'file: app/web/Dockerfile',
    });
  return { context: directory, file, problems };
}

async function resolveRemotePaths(
  workspace: string,
  { context, file = DOCKERFILE }: { context: string; file: string | undefined },
): Promise<ImagePaths> {
  const problems: PathProblem[] = [];
  const problem = findRemoteProblem(context) ?? (await findHidingProblem(workspace, context));
  if (problem !== undefined)
    problems.push({
      problem: `has a context that ${problem}`,
      value: hideLogin(context),
      example: 'context: https://github.com/org/repo.git#main:app/web',
    });
  if (!isInContext(file))
    problems.push({
      problem: 'has a Dockerfile that is not inside its remote context',
      value: hideLogin(file),
      example: 'file: docker/Dockerfile',
    });
  return { context, file, problems };
}

async function findHidingProblem(workspace: string, context: string): Promise<string | undefined> {
  const entry = await findHidingEntry(workspace, context);
  return entry === undefined ? undefined : `would be taken from the workspace, which has an entry named ${entry}`;
}

/** The paths as they are named, without a look at the disk: for an image that is not built. */
export function namedPaths(workspace: string, item: { context: string; file: string | undefined }): ImagePaths {
  const { context, file = DOCKERFILE } = item;
  if (isRemote(context)) return { context, file, problems: [] };
  const directory = resolve(workspace, context);
  return { context: directory, file: resolve(directory, file), problems: [] };
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
