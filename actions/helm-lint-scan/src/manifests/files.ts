import { ActionError } from '../../../lib/errors.ts';
import type { Files } from '../files.ts';
import { Refusals } from '../refusals.ts';

export interface ManifestFile {
  path: string;
  text: string;
}

/**
 * The YAML and JSON files that an input's globs name.
 * @throws {ActionError} naming every glob that finds none or leads out of the workspace
 */
export async function readManifestFiles(
  files: Files,
  input: string,
  patterns: readonly string[],
): Promise<ManifestFile[]> {
  const found = new Map<string, string>();
  const refusals = new Refusals();
  for (const pattern of patterns) {
    const { paths, outside } = await files.match(pattern);
    const texts = await Promise.all(
      paths.filter((path) => /\.(ya?ml|json)$/.test(path)).map(async (path) => [path, await files.read(path)] as const),
    );
    const readable = texts.filter((entry): entry is [string, string] => entry[1] !== undefined);
    if (outside.length > 0) refusals.add(leaves(input, outside));
    else if (readable.length === 0) refusals.add(nothing(input, pattern));
    for (const [path, text] of readable) found.set(path, text);
  }
  refusals.finish();
  return [...found].map(([path, text]) => ({ path, text })).sort((one, other) => (one.path < other.path ? -1 : 1));
}

const nothing = (input: string, pattern: string): ActionError =>
  new ActionError({
    what: `no manifest in ${pattern}`,
    why: `the input ${input} asks for ${JSON.stringify(pattern)}, but there is no .yaml, .yml or .json file of that name`,
    next: 'Name files of the repository, relative to its root; a glob like argocd/**/*.yaml takes all below a folder.',
  });

const leaves = (input: string, paths: readonly string[]): ActionError =>
  new ActionError({
    what: 'a path leads out of the workspace',
    why: `${paths.join(', ')}, found for the input ${input}, is a link to a place outside the checkout`,
    next: 'Keep manifests inside the repository; a link could show files of the runner.',
  });
