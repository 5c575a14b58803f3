import { isAbsolute, join, resolve } from 'node:path';
import { DOES_NOT_EXIST, resolvePath } from '../../../lib/workspace.ts';

interface Problem {
  problem: string;
  value: string;
  example: string;
}

/** Where an image's sources are; the paths are absolute. */
export interface Place {
  context: string;
  file: string;
  problems: Problem[];
}

/**
 * Find the context and the Dockerfile of an image. `file` is relative to the workspace, as for `docker build`; when there is none,
 * relative to the context, which is how many write it. Without `file` it is the `Dockerfile` of the context.
 */
export async function locateImage(
  workspace: string,
  item: { context: string; file: string | undefined },
): Promise<Place> {
  const problems: Problem[] = [];
  const context = await locateKind(workspace, item.context, 'directory');
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
  // A Dockerfile below a context that is not there is no second fault.
  if ('value' in context || item.file !== undefined) {
    for (const candidate of candidates) {
      const found = await locateKind(workspace, candidate, 'file');
      if ('value' in found) {
        file = found.value;
        problem = undefined;
        break;
      }
      // A link that leads elsewhere says more than a file that is not there.
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

async function locateKind(
  workspace: string,
  path: string,
  kind: 'file' | 'directory',
): Promise<{ value: string } | { problem: string }> {
  const place = await resolvePath({ workspace }, path);
  if ('problem' in place) return place;
  if (place.value.kind === kind) return { value: place.value.path };
  return { problem: place.value.kind === 'missing' ? DOES_NOT_EXIST : `is not a ${kind}` };
}
