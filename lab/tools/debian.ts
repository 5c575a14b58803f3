import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LabError } from '../errors.ts';
import { isExecutable, makeDirectory } from './cache.ts';
import { type RunOptions, runTool } from './run.ts';

const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', NEEDRESTART_SUSPEND: '1' };

/** Runs one program of the package manager; a seam so that tests need no root. */
export type Apt = (action: string, command: string, args: readonly string[], options?: RunOptions) => Promise<string>;

const apt: Apt = (action, command, args, options) => runTool(action, command, args, { ...options, env: APT_ENV });

/** The file that runs as `command`: on the path, or in the directories of system programs, which a user's path may lack. */
export async function findCommand(command: string, path = process.env.PATH ?? ''): Promise<string | undefined> {
  for (const directory of [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']) {
    const file = join(directory, command);
    if (directory && (await isExecutable(file))) return file;
  }
  return undefined;
}

/** Runs `attempt`; if the package lists are missing or out of date, refreshes them and runs it once more. */
async function withPackageLists(attempt: () => Promise<string>, run: Apt): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (
      !(error instanceof LabError) ||
      !/Unable to locate|no installation candidate|404 +Not Found|Can't find a source|Can't select/.test(error.message)
    ) {
      throw error;
    }
    // A broken third-party source makes `update` fail although Debian's own lists are fresh: the second attempt decides.
    const stale = await run('refreshing the package lists', 'apt-get', ['update', '-q'], { uninterrupted: true }).then(
      () => undefined,
      (failed: unknown) => failed,
    );
    await attempt().catch((again: unknown) => {
      throw stale ?? again;
    });
  }
}

/** Installs `packages` in one go, removing nothing. Needs root. */
export async function installPackages(
  packages: readonly string[],
  uid = process.geteuid?.(),
  run: Apt = apt,
): Promise<void> {
  if (packages.length === 0) return;
  if (!(await findCommand('apt-get'))) {
    throw new LabError(
      `This machine has no apt-get, and these are missing: ${packages.join(', ')}.`,
      "Install them with this system's own package manager, or run the lab on Debian 12 or newer.",
    );
  }
  if (uid !== 0) {
    throw new LabError(
      `Debian packages are missing and only root can install them: ${packages.join(', ')}.`,
      `Run as root: apt-get install --no-install-recommends ${packages.join(' ')}`,
    );
  }
  const args = [
    'install',
    '-y',
    '-q',
    '--no-install-recommends',
    '--no-remove',
    '-o',
    'DPkg::Lock::Timeout=120',
    ...packages,
  ];
  await withPackageLists(() => run(`installing ${packages.join(', ')}`, 'apt-get', args, { uninterrupted: true }), run);
}

/** Puts the content of Debian package `name` into directory `target`, installing nothing. */
export async function extractPackage(name: string, target: string, signal?: AbortSignal): Promise<void> {
  await makeDirectory(target, async (temporary) => {
    const download = await mkdtemp(join(temporary, 'download-'));
    // As root apt would hand the download to its own user, who may not write here.
    const args = ['download', '-q', '-o', 'APT::Sandbox::User=root', name];
    await withPackageLists(() => apt(`downloading ${name}`, 'apt-get', args, { cwd: download, signal }), apt);
    const [file] = await readdir(download);
    if (!file) throw new LabError(`apt-get downloaded nothing for ${name}.`, 'Run `apt-get update` and try again.');
    await apt(`unpacking ${name}`, 'dpkg-deb', ['--extract', join(download, file), temporary], { signal });
    await rm(download, { recursive: true });
  });
}

/** The release this machine runs, such as `bookworm`: packages taken from one release do not fit another. */
export async function releaseName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8');
  const name = /^VERSION_CODENAME=(\S+)/m.exec(text)?.[1] ?? /^VERSION_ID="?([^"\n]+)/m.exec(text)?.[1];
  return name ?? 'unversioned';
}
