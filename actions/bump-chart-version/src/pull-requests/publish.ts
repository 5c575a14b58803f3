import type { RetryPolicy } from '../../../lib/requests/retry.ts';
import type { Repository } from '../commit/repository.ts';
import { retryUntilCommitted } from '../commit/retry.ts';
import { type PullRequestContent, pullRequestContent } from './content.ts';
import { readProposal } from './proposal.ts';
import type { OpenPullRequest, PullRequest, PullRequests } from './pull-requests.ts';
import type { UpdatedBranch } from './update-branch.ts';

/** How often a pull request is described again because concurrent runs have extended its branch: more of them do not end at one moment. */
const MAX_DESCRIPTIONS = 100;

/** What a pull request is opened with, or changed to. */
interface Publication {
  branch: string;
  base: string;
  isDraft: boolean;
  content: PullRequestContent;
  /** The pull request that is open, as far as known. */
  pull: OpenPullRequest | undefined;
}

/**
 * Opens the pull request, or brings its texts up to date. Runs that extend the branch at the same time describe it at the same time: the
 * last to write must have seen all commits, so each looks at the branch again after writing.
 * @param onOpen called as soon as its number is known
 */
export async function publishPullRequest(
  repository: Repository & PullRequests,
  {
    updated,
    retry,
    onOpen,
  }: { updated: UpdatedBranch; retry: RetryPolicy; onOpen: (pull: PullRequest) => Promise<void> },
): Promise<OpenPullRequest> {
  const { base, outcome, settings } = updated;
  const { isDraft } = settings.pullRequest;
  const { branch } = outcome;
  let { pull, content } = updated;
  let head = outcome.commit.oid;
  for (let descriptions = 1; ; descriptions++) {
    const { opened, hasWritten } = await write(
      repository,
      { branch, base: base.branch, isDraft, content, pull },
      retry,
    );
    if (descriptions === 1) await onOpen(opened);
    if (!hasWritten || descriptions === MAX_DESCRIPTIONS) return opened;
    const found = await retryUntilCommitted(() => repository.find(branch, base.branch), retry);
    if (found.head === undefined || found.pull === undefined || found.head.oid === head) return opened;
    const proposal = await readProposal(repository, settings, { base, branch, head: found.head.oid });
    if (proposal === undefined) return opened;
    ({ pull } = found);
    head = found.head.oid;
    content = pullRequestContent(settings, { ...proposal, images: outcome.plan.images });
  }
}

/** Sends what differs. */
async function write(
  repository: PullRequests,
  { pull, ...published }: Publication,
  retry: RetryPolicy,
): Promise<{ opened: OpenPullRequest; hasWritten: boolean }> {
  const { title, body, labels } = published.content;
  const opened = pull ?? (await open(repository, published, retry));
  const isDescribed = opened.title === title && opened.body === body;
  if (!isDescribed) await repository.update(opened.number, title, body);
  const missing = labels.filter((label) => !opened.labels.includes(label));
  if (missing.length > 0) await repository.label(opened.number, missing);
  return { opened, hasWritten: pull === undefined || !isDescribed };
}

/** Opens a pull request, unless an attempt whose response was lost or a concurrent run has done so. */
function open(
  repository: PullRequests,
  { branch, base, isDraft, content: { title, body } }: Omit<Publication, 'pull'>,
  retry: RetryPolicy,
): Promise<OpenPullRequest> {
  return retryUntilCommitted(async (attempt) => {
    const found = attempt === 1 ? undefined : (await repository.find(branch, base)).pull;
    return found ?? repository.create({ branch, base, title, body, isDraft });
  }, retry);
}
