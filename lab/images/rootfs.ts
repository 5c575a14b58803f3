import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exclusively } from '../tools/cache.ts';
import { toolPath, toolsEnv } from '../tools/index.ts';
import { runTool } from '../tools/run.ts';

/** A Debian file system that holds some packages, unpacked and not configured: no package manager is needed in it. */
export interface RootFileSystem {
  name: string;
  suite: string;
  packages: readonly string[];
}

const SUITE = 'bookworm';

/** What the Node program is linked to, certificates, and the directories and files every Debian system has. */
const RUNTIME_PACKAGES = ['base-files', 'ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6'] as const;

export const runtimeFileSystem: RootFileSystem = { name: 'runtime', suite: SUITE, packages: RUNTIME_PACKAGES };

export const buildFileSystem: RootFileSystem = {
  name: 'build',
  suite: SUITE,
  packages: [
    ...RUNTIME_PACKAGES,
    ...['coreutils', 'dash', 'diffutils', 'findutils', 'grep', 'gzip', 'hostname', 'libc-bin', 'sed', 'tar'],
    // What those are linked to: unpacked packages bring their dependencies only when named or depended on.
    ...['libacl1', 'libattr1', 'libgmp10', 'libpcre2-8-0', 'libselinux1'],
  ],
};

/**
 * Certificates come as single files, and joining them is the work of a package script that does not run here.
 * Run by mmdebstrap with the new root directory as first argument.
 */
const JOIN_CERTIFICATES =
  'mkdir -p "$1/etc/ssl/certs" && cat "$1"/usr/share/ca-certificates/mozilla/*.crt > "$1/etc/ssl/certs/ca-certificates.crt"';

/** Hash of everything that decides the content, apart from the day's package versions. */
export function fileSystemKey(system: RootFileSystem): string {
  return createHash('sha256')
    .update(JSON.stringify([system, JOIN_CERTIFICATES]))
    .digest('hex')
    .slice(0, 16);
}

/** The tarball of `system`, made with mmdebstrap when the user's cache in `cache` does not hold it. */
export async function makeFileSystem(
  system: RootFileSystem,
  cache: string,
  progress: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const file = join(cache, `${system.name}-${fileSystemKey(system)}.tar`);
  if (existsSync(file)) return file;
  const waiting = (seconds: number) => progress(`waiting for another process that makes base images (${seconds} s)`);
  return exclusively(cache, waiting, signal, async () => {
    if (existsSync(file)) return file;
    progress(`unpacking Debian packages for the ${system.name} image`);
    const temporary = await mkdtemp(join(tmpdir(), 'lab-rootfs-'));
    try {
      const tarball = join(temporary, 'root.tar');
      const args = ['--mode=root', '--variant=extract', `--include=${system.packages.join(',')}`, '--skip=output/dev'];
      await runTool(
        `unpacking Debian packages for the ${system.name} image`,
        toolPath('mmdebstrap'),
        [...args, `--customize-hook=${JOIN_CERTIFICATES}`, system.suite, tarball],
        { env: { ...toolsEnv(), SOURCE_DATE_EPOCH: '0', TMPDIR: temporary }, signal },
      );
      await runTool('storing the file system', 'mv', [tarball, `${file}.tmp`]);
      await rename(`${file}.tmp`, file);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return file;
  });
}
