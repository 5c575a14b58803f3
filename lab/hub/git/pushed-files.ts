/** What GitHub refuses about the files of a push, whatever the rules of the repository are. */
import { randomUUID } from 'node:crypto';
import { mayChangeWorkflows, WORKFLOWS } from '../refs/workflow-files.ts';
import type { RepositoryCall } from '../repository-call.ts';
import type { ReceiveRequest } from './pktline.ts';
import { withQuarantine } from './quarantine.ts';
import { type GitRepository, ZERO } from './repository.ts';

/** https://docs.github.com/repositories/working-with-files/managing-large-files/about-large-files-on-github */
const MAX_FILE_BYTES = 100 << 20;
/** Deflate compresses at most to a thousandth, so that a smaller pack has no such file. */
const SMALLEST_PACK = MAX_FILE_BYTES / 1100;

export interface PushRefusal {
  /** Shown to the user, above the refs. */
  message: string;
  /** Shown beside each ref. */
  reason: string;
}

type Environment = Record<string, string>;

/** @returns undefined when GitHub takes the files */
export async function refuseFiles(
  { core, repository, actor }: RepositoryCall,
  push: ReceiveRequest,
  pack: Buffer,
): Promise<PushRefusal | undefined> {
  const tips = push.commands.map(({ after }) => after).filter((after) => after !== ZERO);
  const checksWorkflows = !mayChangeWorkflows(actor);
  const checksSizes = pack.length >= SMALLEST_PACK;
  if (tips.length === 0 || !(checksWorkflows || checksSizes)) return undefined;
  const git = core.git(repository);
  return withQuarantine(git, pack, async (env) => {
    const workflow = checksWorkflows ? await findWorkflow(git, tips, env) : undefined;
    if (workflow !== undefined) return workflowRefusal(workflow);
    const files = checksSizes ? await findLargeFiles(git, tips, env) : [];
    return files.length > 0 ? sizeRefusal(files) : undefined;
  });
}

/** A workflow file that a new commit changes. A merge changes one only if it is as in none of its parents. */
async function findWorkflow(
  git: GitRepository,
  tips: readonly string[],
  env: Environment,
): Promise<string | undefined> {
  const args = ['log', '--format=', '--name-only', '--cc', ...tips, '--not', '--all', '--', WORKFLOWS];
  return (await git.git(args, { env })).split('\n').find((path) => path !== '');
}

/** https://github.com/orgs/community/discussions/26254 */
function workflowRefusal(path: string): PushRefusal {
  const reason = `refusing to allow a GitHub App to create or update workflow \`${path}\` without \`workflows\` permission`;
  return { message: '', reason };
}

interface LargeFile {
  path: string;
  size: number;
}

async function findLargeFiles(git: GitRepository, tips: readonly string[], env: Environment): Promise<LargeFile[]> {
  // Without the repository's own objects, which the pack may need but does not bring.
  const own = { ...env, GIT_ALTERNATE_OBJECT_DIRECTORIES: '' };
  const list = ['cat-file', '--batch-all-objects', '--unordered', '--batch-check=%(objectname) %(objectsize)'];
  const sizes = new Map<string, number>();
  for (const line of (await git.git(list, { env: own })).split('\n')) {
    const [oid = '', size = '0'] = line.split(' ');
    if (Number(size) > MAX_FILE_BYTES) sizes.set(oid, Number(size));
  }
  if (sizes.size === 0) return [];
  const objects = await git.git(['rev-list', '--objects', ...tips, '--not', '--all'], { env });
  return objects.split('\n').flatMap((line) => {
    const size = sizes.get(line.slice(0, 40));
    return size === undefined ? [] : [{ path: line.slice(41), size }];
  });
}

function sizeRefusal(files: readonly LargeFile[]): PushRefusal {
  const toMegabytes = (size: number): string => (size / (1 << 20)).toFixed(2);
  const lines = [
    `Trace: ${randomUUID().replaceAll('-', '')}`,
    'See https://gh.io/lfs for more information.',
    ...files.map(
      ({ path, size }) => `File ${path} is ${toMegabytes(size)} MB; this exceeds GitHub's file size limit of 100.00 MB`,
    ),
    'GH001: Large files detected. You may want to try Git Large File Storage - https://git-lfs.github.com.',
  ];
  return { message: lines.map((line) => `error: ${line}\n`).join(''), reason: 'pre-receive hook declined' };
}
