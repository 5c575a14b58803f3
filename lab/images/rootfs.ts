import { createHash } from 'node:crypto';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkExisting, withLock } from '../tools/cache.ts';
import { toolPath, toolsDir, toolsEnv } from '../tools/index.ts';
import { runTool } from '../tools/run.ts';

/** A Debian file system with some packages, extracted and not configured, so that it needs no package manager. */
export interface Rootfs {
  name: string;
  suite: string;
  packages: readonly string[];
}

const SUITE = 'bookworm';

/** The libraries of the Node program, certificates, and the directories and files of every Debian system. */
const RUNTIME_PACKAGES = ['base-files', 'ca-certificates', 'libc6', 'libgcc-s1', 'libstdc++6'] as const;

export const RUNTIME_ROOTFS: Rootfs = { name: 'runtime', suite: SUITE, packages: RUNTIME_PACKAGES };

export const BUILD_ROOTFS: Rootfs = {
  name: 'build',
  suite: SUITE,
  packages: [
    ...RUNTIME_PACKAGES,
    ...['coreutils', 'dash', 'diffutils', 'findutils', 'grep', 'gzip', 'hostname', 'libc-bin', 'sed', 'tar'],
    // The libraries of those programs. A package is extracted only if it is named here or another one depends on it.
    ...['libacl1', 'libattr1', 'libgmp10', 'libpcre2-8-0', 'libselinux1'],
  ],
};

/**
 * Concatenates the certificates, which are single files, because the package script that does so is not run.
 * mmdebstrap runs this with the new root directory as first argument.
 */
const JOIN_CERTIFICATES =
  'mkdir -p "$1/etc/ssl/certs" && cat "$1"/usr/share/ca-certificates/mozilla/*.crt > "$1/etc/ssl/certs/ca-certificates.crt"';

/** Hash of everything that determines the content, except for the package versions of the day. */
export function getRootfsKey(system: Rootfs): string {
  return createHash('sha256')
    .update(JSON.stringify([system, JOIN_CERTIFICATES]))
    .digest('hex')
    .slice(0, 16);
}

export interface RootfsOptions {
  /** Directory of finished tarballs. */
  cache: string;
  progress: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** Name of the tarball in the cache. */
export const getRootfsFile = (system: Rootfs): string => `${system.name}-${getRootfsKey(system)}.tar`;

/** The tarball of `system`, created with mmdebstrap if it is not in the cache, and a link that keeps it there. */
export async function ensureRootfs(system: Rootfs, { cache, progress, signal }: RootfsOptions): Promise<string> {
  const file = join(cache, getRootfsFile(system));
  const isLinked = () => linkExisting(join(toolsDir(), `${system.name}.tar`), file);
  if (await isLinked()) return file;
  const onWait = (seconds: number) => progress(`waiting for another process that creates base images (${seconds} s)`);
  return withLock(cache, { onWait, signal }, async () => {
    if (await isLinked()) return file;
    const action = `extracting Debian packages for the ${system.name} image`;
    progress(action);
    const temporary = await mkdtemp(join(tmpdir(), 'lab-rootfs-'));
    try {
      const tarball = join(temporary, 'root.tar');
      const args = ['--mode=root', '--variant=extract', `--include=${system.packages.join(',')}`, '--skip=output/dev'];
      await runTool(toolPath('mmdebstrap'), [...args, `--customize-hook=${JOIN_CERTIFICATES}`, system.suite, tarball], {
        action,
        env: { ...toolsEnv(), SOURCE_DATE_EPOCH: '0', TMPDIR: temporary },
        signal,
      });
      await runTool('mv', [tarball, `${file}.tmp`], { action: 'storing the file system' });
      await rename(`${file}.tmp`, file);
      await isLinked();
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
    return file;
  });
}
