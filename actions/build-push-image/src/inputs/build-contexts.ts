import { type AllowedPaths, DOES_NOT_EXIST, resolvePath } from '../../../lib/files/workspace.ts';
import type { InputReader } from '../../../lib/runner/inputs.ts';
import { findRemoteProblem, hideLogin, isRemote } from './remote-context.ts';

/** Values beside remote contexts that buildx does not take as a local directory: https://docs.docker.com/reference/cli/docker/buildx/build/#build-context */
const NO_DIRECTORY = /^(?:docker-image:\/\/|target:)/;
const OCI_LAYOUT = /^oci-layout:\/\/([^@:]*)/;
/** Another image of the step. buildx does not have this form. */
const IMAGE = /^image:(.*)$/;

/** A build context that is another image of the step: its name. */
export const contextImage = (value: string): string | undefined => IMAGE.exec(value)?.[1];

/** Report each `--build-context` of the extra arguments that is a directory elsewhere. */
export async function checkBuildContexts(
  reader: InputReader,
  extraArgs: readonly string[],
  allowedPaths: AllowedPaths,
): Promise<void> {
  for (const argument of extraArgs) {
    const [, value] = /^--build-context=[^=]*=(.*)$/s.exec(argument) ?? [];
    const problem = value === undefined ? undefined : await findContextProblem(value, allowedPaths);
    if (problem !== undefined)
      reader.addProblem({
        input: 'extra-args',
        value: hideLogin(argument),
        problem: `has a build context that ${problem}`,
        example: '--build-context=shared=libs/shared',
      });
  }
}

/** Why a build context cannot be used: a link must not bring other files of the runner into an image. */
export async function findContextProblem(value: string, allowedPaths: AllowedPaths): Promise<string | undefined> {
  if (isRemote(value)) return findRemoteProblem(value);
  const path = OCI_LAYOUT.exec(value)?.[1] ?? (NO_DIRECTORY.test(value) ? undefined : value);
  if (path === undefined) return undefined;
  const resolved = await resolvePath(allowedPaths, path);
  if ('problem' in resolved) return resolved.problem;
  if (resolved.value.kind === 'directory') return undefined;
  return resolved.value.kind === 'missing' ? DOES_NOT_EXIST : 'is not a directory';
}

/** An image with its build contexts, as the inputs name it. */
interface ContextOwner {
  /** How errors name it. */
  location: string;
  name: string;
  buildContexts: ReadonlyMap<string, string>;
}

/**
 * Report each build context that cannot be used: a directory elsewhere, an image that the step does not have, and images that need each other.
 * @param push whether the images are pushed: another image can only use a pushed one
 */
export async function checkImageContexts(
  images: readonly ContextOwner[],
  { reader, allowedPaths, push }: { reader: InputReader; allowedPaths: AllowedPaths; push: boolean },
): Promise<void> {
  const report = ({ location }: ContextOwner, value: string, problem: string) =>
    reader.addProblem({
      input: location,
      value: hideLogin(value),
      problem: `has a build context that ${problem}`,
      example: 'build-contexts: { base: "image:shop/base" }',
    });
  for (const image of images)
    for (const value of image.buildContexts.values()) {
      const name = contextImage(value);
      const problem =
        name === undefined
          ? await findContextProblem(value, allowedPaths)
          : findImageProblem(image, name, { images, push });
      if (problem !== undefined) report(image, value, problem);
    }
}

function findImageProblem(
  image: ContextOwner,
  name: string,
  { images, push }: { images: readonly ContextOwner[]; push: boolean },
): string | undefined {
  if (!images.some((other) => other.name === name)) return 'is not an image of this step';
  const needed = new Set<string>();
  for (const queue = [name]; queue.length > 0; ) {
    const next = queue.shift() ?? '';
    if (needed.has(next)) continue;
    needed.add(next);
    queue.push(...dependencies(images.find((other) => other.name === next)));
  }
  if (needed.has(image.name)) return 'needs this image itself';
  return push ? undefined : 'is another image, which `push: false` does not push; the builder could not read it';
}

const dependencies = (image: Pick<ContextOwner, 'buildContexts'> | undefined): string[] =>
  [...(image?.buildContexts.values() ?? [])].flatMap((value) => contextImage(value) ?? []);
