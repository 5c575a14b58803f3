import { relative } from 'node:path';
import type { EarlierCommits } from '../images/image-job.ts';
import type { RunContext } from '../images/run-context.ts';
import type { ImageSettings, Settings } from '../inputs/inputs.ts';
import { isRemote } from '../inputs/remote-context.ts';

/** How many commits are asked for: each is a request to the registry. */
const MAX_COMMITS = 50;

/**
 * The commits before the run's since which an image's sources, as committed, have not changed: its context and its Dockerfile. Their image is
 * that of the run's commit. With a remote context or other build contexts, whose sources are unknown, or labels of the commit, each commit has an image
 * of its own.
 */
export async function findEarlierCommits(
  { context, file, options }: Pick<ImageSettings, 'context' | 'file' | 'options'>,
  { commitLabels, extraArgs }: Pick<Settings, 'commitLabels' | 'extraArgs'>,
  { checkout, context: { sha, workspace } }: Pick<RunContext, 'checkout' | 'context'>,
): Promise<EarlierCommits> {
  const hasOtherContexts =
    options.buildContexts.size > 0 || extraArgs.some((argument) => argument.startsWith('--build-context='));
  if (commitLabels || hasOtherContexts || isRemote(context)) return { commits: [], shallow: false };
  // BuildKit prefers the ignore file beside the Dockerfile: https://docs.docker.com/build/concepts/context/#dockerignore-files
  const sources = [context, file, `${file}.dockerignore`].map((path) => relative(workspace, path) || '.');
  const [commits, shallow] = await Promise.all([
    checkout.commitsWithSame(sources, sha, MAX_COMMITS),
    checkout.isShallow(),
  ]);
  return { commits, shallow };
}
