import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { LabError } from '../errors.ts';
import { createDirectoryAtomically, isExecutable } from './cache.ts';
import { type RunOptions, runTool } from './run.ts';

const APT_ENV = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8', NEEDRESTART_SUSPEND: '1' };

/** Runs one program of the package manager. Injectable so that tests do not need root. */
export type Apt = (command: string, args: readonly string[], options: RunOptions) => Promise<string>;

const apt: Apt = (command, args, options) => runTool(command, args, { ...options, env: APT_ENV });

/** The executable `command` on the path, or in the directories of system programs, which may be missing from a user's path. */
export async function findCommand(command: string, path = process.env.PATH ?? ''): Promise<string | undefined> {
  for (const directory of [...path.split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']) {
    const file = join(directory, command);
    if (directory && (await isExecutable(file))) return file;
  }
  return undefined;
}

/** Runs `attempt`. If the package lists are missing or outdated, refreshes them and runs it again. */
async function retryWithFreshPackageLists(attempt: () => Promise<string>, run: Apt): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    if (
      !(error instanceof LabError) ||
      !/Unable to locate|no installation candidate|404 +Not Found|Can't find a source|Can't select/.test(error.message)
    ) {
      throw error;
    }
    // A broken third-party source makes `update` fail even if Debian's lists are fresh: the second attempt decides.
    const update = { action: 'refreshing the package lists', uninterrupted: true };
    const updateError = await run('apt-get', ['update', '-q'], update).then(
      () => undefined,
      (failure: unknown) => failure,
    );
    await attempt().catch((secondError: unknown) => {
      throw updateError ?? secondError;
    });
  }
}

/** Installs `packages` with one command and removes none. Requires root. */
export async function installPackages(
  packages: readonly string[],
  uid = process.geteuid?.(),
  run: Apt = apt,
): Promise<void> {
  if (packages.length === 0) return;
  if (!(await findCommand('apt-get'))) {
    throw new LabError(
      `apt-get does not exist on this machine, and these packages are missing: ${packages.join(', ')}.`,
      'Install them with the package manager of this system, or run the lab on Debian 12 or newer.',
    );
  }
  if (uid !== 0) {
    throw new LabError(
      `Debian packages are missing, and only root can install them: ${packages.join(', ')}.`,
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
  const options = { action: `installing ${packages.join(', ')}`, uninterrupted: true };
  await retryWithFreshPackageLists(() => run('apt-get', args, options), run);
}

/** Extracts the Debian package `name` into the directory `target` without installing it. */
export async function extractPackage(name: string, target: string, signal?: AbortSignal): Promise<void> {
  await createDirectoryAtomically(target, async (temporary) => {
    const download = await mkdtemp(join(temporary, 'download-'));
    // As root, apt downloads as the user _apt, which cannot write here.
    const args = ['download', '-q', '-o', 'APT::Sandbox::User=root', name];
    const options = { action: `downloading ${name}`, cwd: download, signal };
    await retryWithFreshPackageLists(() => apt('apt-get', args, options), apt);
    const [file] = await readdir(download);
    if (!file) throw new LabError(`apt-get downloaded nothing for ${name}.`, 'Run `apt-get update` and try again.');
    await apt('dpkg-deb', ['--extract', join(download, file), temporary], { action: `extracting ${name}`, signal });
    await rm(download, { recursive: true });
  });
}

/** The release of this machine, such as `bookworm`: packages of one release do not work on another. */
export async function readReleaseName(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8');
  const name = /^VERSION_CODENAME=(\S+)/m.exec(text)?.[1] ?? /^VERSION_ID="?([^"\n]+)/m.exec(text)?.[1];
  return name ?? 'unversioned';
}
