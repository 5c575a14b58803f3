import { access, glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { withCheckedOutputs } from './job-outputs.ts';
import { serialMatrices } from './one-at-a-time.ts';
import { readWorkflow, type Workflow } from './workflow.ts';

const git = async (directory: string, ...args: string[]): Promise<string> =>
  (await execa('git', ['-C', directory, ...args])).stdout;

/** The workflow files of a commit, read from the bare repository. A file that cannot be read is reported, not left out. */
export async function workflowsAt(
  bare: string,
  sha: string,
): Promise<(Workflow | { path: string; problem: string })[]> {
  const listing = await git(bare, 'ls-tree', '--name-only', '-z', sha, '--', '.github/workflows/');
  const paths = listing.split('\0').filter((path) => /\.ya?ml$/.test(path));
  return Promise.all(
    paths.map(async (path) => {
      try {
        return readWorkflow(path, await git(bare, 'cat-file', 'blob', `${sha}:${path}`));
      } catch (error) {
        return { path, problem: (error as Error).message };
      }
    }),
  );
}

/** The message of a commit. */
export const messageOf = (bare: string, sha: string): Promise<string> =>
  git(bare, 'log', '-1', '--format=%B', sha, '--');

/** A clone of a commit as `actions/checkout` leaves it: the ref checked out, `origin` on the server. */
export async function checkOut(
  bare: string,
  remote: string,
  ref: string,
  sha: string,
  directory: string,
): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await execa('git', ['clone', '--quiet', '--no-hardlinks', '--no-checkout', bare, directory]);
  await git(directory, 'remote', 'set-url', 'origin', remote);
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (branch === undefined) await git(directory, 'checkout', '--quiet', '--detach', sha);
  else await git(directory, 'checkout', '--quiet', '-B', branch, sha);
}

/** A workflow file as act is to play it. */
const played = (text: string): string => withCheckedOutputs(serialMatrices(text));

/** Writes the workflow file of a checkout as act is to play it to `directory`. Git sees no change. */
export async function playedWorkflow(checkout: string, path: string, directory: string): Promise<string> {
  const target = join(directory, basename(path));
  await writeFile(target, played(await readFile(join(checkout, path), 'utf8')));
  return target;
}

/** The same with all workflows of a directory, in place. */
async function playWorkflows(directory: string): Promise<void> {
  for await (const path of glob(join(directory, '.github', 'workflows', '*.{yml,yaml}')))
    await writeFile(path, played(await readFile(path, 'utf8')));
}

/**
 * The files of a published action at a tag, branch or commit, as GitHub fetches them for `uses: OWNER/REPO@REF`; its workflows as act is
 * to play them when they are called.
 * @returns the directory, made once for each commit
 * @throws when the repository has no such ref
 */
export async function fetchAction(bare: string, ref: string, cache: string): Promise<string> {
  const sha = (await git(bare, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)).trim();
  const directory = join(cache, sha);
  const present = await access(directory).then(
    () => true,
    () => false,
  );
  if (present) return directory;
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await execa('git', ['-C', bare, `--work-tree=${partial}`, 'checkout', '--quiet', '--force', sha, '--', '.'], {
    env: { GIT_INDEX_FILE: `${partial}.index` },
  });
  await rm(`${partial}.index`, { force: true });
  await playWorkflows(partial);
  await rename(partial, directory);
  return directory;
}
