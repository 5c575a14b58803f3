import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRepository } from './repository.ts';
import { run } from './run.ts';

/**
 * Unpacks a push beside the repository, so that rules about its commits can be judged before the repository takes any of
 * it; the directory goes away afterwards.
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
