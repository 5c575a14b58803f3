import { type AllowedPaths, DOES_NOT_EXIST, resolvePath } from '../../../lib/files/workspace.ts';
import type { InputReader } from '../../../lib/runner/inputs.ts';

/** Values that buildx does not take as a local directory: https://docs.docker.com/reference/cli/docker/buildx/build/#build-context */
const REMOTE = /^(?:[a-z][a-z0-9+.-]*:\/\/|target:|git@)/i;
const OCI_LAYOUT = /^oci-layout:\/\/([^@:]*)/i;

/** Report each `--build-context` of the extra arguments that is a directory elsewhere: a link must not bring other files of the runner into an image. */
export async function checkBuildContexts(
  reader: InputReader,
  extraArgs: readonly string[],
  allowedPaths: AllowedPaths,
): Promise<void> {
  for (const argument of extraArgs) {
    const [, value] = /^--build-context=[^=]*=(.*)$/s.exec(argument) ?? [];
    if (value === undefined) continue;
    const path = OCI_LAYOUT.exec(value)?.[1] ?? (REMOTE.test(value) ? undefined : value);
    if (path === undefined) continue;
    const resolved = await resolvePath(allowedPaths, path);
    const problem =
      'problem' in resolved
        ? resolved.problem
        : resolved.value.kind === 'directory'
          ? undefined
          : resolved.value.kind === 'missing'
            ? DOES_NOT_EXIST
            : 'is not a directory';
    if (problem !== undefined)
      reader.addProblem({
        input: 'extra-args',
        value: argument,
        problem: `has a build context that ${problem}`,
        example: '--build-context=shared=libs/shared',
      });
  }
}
