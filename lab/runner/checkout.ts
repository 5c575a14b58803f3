import { access, glob, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { checkJobOutputs } from './job-outputs.ts';
import { serializeMatrices } from './serial-jobs.ts';
import { readWorkflow, type Workflow } from './workflow.ts';

const git = async (directory: string, ...args: string[]): Promise<string> =>
  (await execa('git', ['-C', directory, ...args])).stdout;

/** Reads the workflow files of a commit from the bare repository. A file that cannot be parsed is returned as a problem, not omitted. */
export async function readWorkflows(
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

/** Reads the message of a commit. */
export const readCommitMessage = (bare: string, sha: string): Promise<string> =>
  git(bare, 'log', '-1', '--format=%B', sha, '--');

export interface CheckoutOptions {
  /** Directory of the bare repository. */
  bare: string;
  /** URL of the repository on the server. */
  remote: string;
  ref: string;
  sha: string;
  directory: string;
}

/** Clones a commit with the same result as `actions/checkout`: the ref is checked out, and `origin` is the server. */
export async function checkOutCommit({ bare, remote, ref, sha, directory }: CheckoutOptions): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  await execa('git', ['clone', '--quiet', '--no-hardlinks', '--no-checkout', bare, directory]);
  await git(directory, 'remote', 'set-url', 'origin', remote);
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (branch === undefined) await git(directory, 'checkout', '--quiet', '--detach', sha);
  else await git(directory, 'checkout', '--quiet', '-B', branch, sha);
}

/** Adapts a workflow file for act. */
const prepareForAct = (text: string): string => checkJobOutputs(serializeMatrices(text));

/** Writes the adapted workflow file of a checkout to `directory`, so that the checkout stays unchanged. Returns its path. */
export async function writePreparedWorkflow(checkout: string, path: string, directory: string): Promise<string> {
  const target = join(directory, basename(path));
  await writeFile(target, prepareForAct(await readFile(join(checkout, path), 'utf8')));
  return target;
}

/** Adapts all workflow files of a directory in place. */
async function prepareWorkflows(directory: string): Promise<void> {
  for await (const path of glob(join(directory, '.github', 'workflows', '*.{yml,yaml}')))
    await writeFile(path, prepareForAct(await readFile(path, 'utf8')));
}

/**
 * Fetches a published action at a tag, branch or commit, as GitHub does for `uses: OWNER/REPO@REF`. Its workflows, which may be called, are
 * adapted for act.
 * @returns the directory, created once per commit
 * @throws if the ref does not exist in the repository
 */
export async function fetchAction(bare: string, ref: string, cache: string): Promise<string> {
  const sha = (await git(bare, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`)).trim();
  const directory = join(cache, sha);
  const exists = await access(directory).then(
    () => true,
    () => false,
  );
  if (exists) return directory;
  const partial = `${directory}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await execa('git', ['-C', bare, `--work-tree=${partial}`, 'checkout', '--quiet', '--force', sha, '--', '.'], {
    env: { GIT_INDEX_FILE: `${partial}.index` },
  });
  await rm(`${partial}.index`, { force: true });
  await prepareWorkflows(partial);
  await rename(partial, directory);
  return directory;
}
