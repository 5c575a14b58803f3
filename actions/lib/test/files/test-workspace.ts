import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import type { AllowedPaths } from '../../files/workspace.ts';

/** A workspace with a temporary directory, and another directory beside it that no path may lead to. */
export interface TestWorkspace {
  /** The directory that contains them: `work`, `temp` and `elsewhere`. */
  base: string;
  allowed: AllowedPaths;
  /** Create a symbolic link at a path relative to the base. */
  link(target: string, path: string): Promise<void>;
  remove(): Promise<void>;
}

async function createTestWorkspace(): Promise<TestWorkspace> {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'paths-')));
  for (const directory of ['work/chart', 'work/sub/.git', 'work/store/objects', 'work/store/refs', 'elsewhere', 'temp'])
    await mkdir(join(base, directory), { recursive: true });
  for (const path of ['work/chart/a.yaml', 'work/sub/.git/config', 'work/store/HEAD', 'elsewhere/secret', 'temp/notes'])
    await writeFile(join(base, path), path);
  return {
    base,
    allowed: { workspace: join(base, 'work'), temporary: join(base, 'temp') },
    link: (target, path) => symlink(target, join(base, path)),
    remove: () => rm(base, { recursive: true }),
  };
}

/** A new workspace for each test of a file. Its fields are valid while a test runs. */
export function useTestWorkspace(): Omit<TestWorkspace, 'remove'> {
  let workspace: TestWorkspace;
  beforeEach(async () => {
    workspace = await createTestWorkspace();
  });
  afterEach(() => workspace.remove());
  return {
    get base() {
      return workspace.base;
    },
    get allowed() {
      return workspace.allowed;
    },
    link: (target, path) => workspace.link(target, path),
  };
}
