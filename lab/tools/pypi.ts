import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectDir } from '../paths.ts';
import { makeDirectory } from './cache.ts';
import { runTool } from './run.ts';
import type { PypiTool } from './table.ts';

/** The directory of an installed tool: named by tool, version and hashes, so that a change of either installs anew. */
async function directoryOf(name: string, tool: PypiTool, cache: string): Promise<string> {
  const pinned = await readFile(resolve(projectDir, tool.requirements));
  const hash = createHash('sha256').update(pinned).digest('hex').slice(0, 10);
  return join(cache, `${name}-${tool.version}-${hash}`);
}

/** Where the program is, once it is installed. */
export async function pypiProgram(name: string, tool: PypiTool, cache: string): Promise<string> {
  return join(await directoryOf(name, tool, cache), 'bin', name);
}

/**
 * Installs `tool` into a directory of its own. pip takes wheels only, so that no code of a package runs here, and refuses a file whose hash
 * is not among those that are pinned: https://pip.pypa.io/en/stable/topics/secure-installs/
 */
export async function installPypi(
  name: string,
  tool: PypiTool,
  options: { pip: string; cache: string; signal: AbortSignal | undefined },
): Promise<void> {
  const { pip, cache, signal } = options;
  await makeDirectory(await directoryOf(name, tool, cache), async (temporary) => {
    const args = ['install', '--quiet', '--require-hashes', '--only-binary', ':all:', '--no-deps', '--no-compile'];
    const requirements = resolve(projectDir, tool.requirements);
    await runTool(`installing ${tool.package}`, pip, [...args, '--target', temporary, '--requirement', requirements], {
      signal,
    });
  });
}
