import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { projectDir } from '../paths.ts';
import { createDirectoryAtomically } from './cache.ts';
import { runTool } from './run.ts';
import type { PypiTool } from './table.ts';

/** The directory of an installed tool, named after tool, version and hashes, so that a change of either reinstalls it. */
async function getInstallDirectory(name: string, tool: PypiTool, cache: string): Promise<string> {
  const pinned = await readFile(resolve(projectDir, tool.requirements));
  const hash = createHash('sha256').update(pinned).digest('hex').slice(0, 10);
  return join(cache, `${name}-${tool.version}-${hash}`);
}

/** Path of the program after its installation. */
export async function getPypiProgram(name: string, tool: PypiTool, cache: string): Promise<string> {
  return join(await getInstallDirectory(name, tool, cache), tool.file ?? join('bin', name));
}

/**
 * Installs `tool` into a separate directory. pip accepts only wheels, so that no code of a package runs here, and rejects a file whose hash
 * is not pinned: https://pip.pypa.io/en/stable/topics/secure-installs/
 */
export async function installPypi(
  name: string,
  tool: PypiTool,
  options: { pip: string; cache: string; signal: AbortSignal | undefined },
): Promise<void> {
  const { pip, cache, signal } = options;
  await createDirectoryAtomically(await getInstallDirectory(name, tool, cache), async (temporary) => {
    const args = ['install', '--quiet', '--require-hashes', '--only-binary', ':all:', '--no-deps', '--no-compile'];
    const requirements = resolve(projectDir, tool.requirements);
    await runTool(pip, [...args, '--target', temporary, '--requirement', requirements], {
      action: `installing ${tool.package}`,
      signal,
    });
  });
}
