import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRepository } from './repository.ts';
import { run } from './run.ts';

/**
 * Unpacks a push in a temporary directory, so that rules can look at its commits before the repository accepts any of them.
 * The directory is deleted afterwards.
 */
export async function withQuarantine<T>(
  git: GitRepository,
  pack: Buffer,
  work: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  const directory = join(git.dir, `quarantine-${randomUUID()}`);
  await mkdir(join(directory, 'pack'), { recursive: true });
  const env = {
    GIT_OBJECT_DIRECTORY: directory,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(git.dir, 'objects'),
  };
  try {
    if (pack.length > 0) await run(['index-pack', '--stdin', '--fix-thin'], { dir: git.dir, env, input: pack });
    return await work(env);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
