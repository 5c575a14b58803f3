import { afterMove, findViolations } from '../refs/changes.ts';
import type { Move } from '../refs/move.ts';
import type { RefChange } from '../refs/rules.ts';
import { lockedTagViolation } from '../releases/tags.ts';
import type { RepositoryCall, RepositoryScope } from '../repository-call.ts';
import { type BackendRequest, runBackend } from './backend.ts';
import { parseReceiveRequest, type ReceiveRequest, rejectReceive } from './pktline.ts';
import { type PushRefusal, refuseFiles } from './pushed-files.ts';
import { withQuarantine } from './quarantine.ts';
import { ZERO } from './repository.ts';
import { run } from './run.ts';

const RESULT = 'application/x-git-receive-pack-result';

/**
 * Receives a push. Its commands are at the start of the request, so that the hub checks the rules before Git sees it: without hook
 * scripts, and with an error in GitHub's words. As on GitHub, one rejected ref rejects the whole push.
 */
export async function receivePush(call: RepositoryCall, request: BackendRequest & { body: Buffer }): Promise<Response> {
  const { core, repository } = call;
  const push = parseReceiveRequest(request.body);
  const pack = request.body.subarray(push.packOffset);
  return core.locks.run(repository.id, async () => {
    const refusal = (await refuseFiles(call, push, pack)) ?? (await refuseByRules(call, push, pack));
    if (refusal) {
      const report = rejectReceive(push, refusal);
      return new Response(new Uint8Array(report), { headers: { 'content-type': RESULT, 'cache-control': 'no-cache' } });
    }
    const response = await runBackend(request);
    // Git has moved the refs only when its response ends.
    const report = await response.arrayBuffer();
    await applyMoves(call, push);
    return new Response(report, { status: response.status, headers: response.headers });
  });
}

/** @returns undefined when no rule is violated */
async function refuseByRules(
  call: RepositoryCall,
  push: ReceiveRequest,
  pack: Buffer,
): Promise<PushRefusal | undefined> {
  const rejected = new Map<string, string[]>();
  for (const command of push.commands) {
    const sentences = await findViolations(call, command, inspectPack(call, command, pack));
    const locked = lockedTagViolation(call, command);
    if (locked !== undefined && !sentences.includes(locked)) sentences.push(locked);
    if (sentences.length > 0) rejected.set(command.ref, sentences);
  }
  if (rejected.size === 0) return undefined;
  return { message: rejectionMessage(call, rejected), reason: 'push declined due to repository rule violations' };
}

/** What rules need to know about commits that only the pack has. */
function inspectPack({ core, repository }: RepositoryScope, { before, after }: Move, pack: Buffer): Partial<RefChange> {
  const git = core.git(repository);
  const range = before === ZERO ? [after, '--not', '--all'] : [after, `^${before}`];
  const newCommits = (options: readonly string[]) =>
    withQuarantine(git, pack, (env) => git.git(['rev-list', ...options, ...range], { env }));
  return {
    forced: () =>
      withQuarantine(git, pack, async (env) => {
        const args = ['merge-base', '--is-ancestor', before, after];
        return (await run(args, { dir: git.dir, env, accept: [1] })).code !== 0;
      }),
    hasMerges: async () => (await newCommits(['--merges', '--max-count=1'])) !== '',
    // Signatures are verified only for commits in the repository, so a push never passes this rule; commits of the API do.
    allVerified: async () => (await newCommits(['--max-count=1'])) === '',
  };
}

function rejectionMessage(
  { core, repository }: RepositoryScope,
  rejected: ReadonlyMap<string, readonly string[]>,
): string {
  const parts = [...rejected].map(([ref, sentences]) => {
    const rules = core.urls.html(repository, `/rules?ref=${encodeURIComponent(ref)}`);
    const list = sentences.map((sentence) => `- ${sentence}\n\n`).join('');
    return `error: GH013: Repository rule violations found for ${ref}.\nReview all repository rules at ${rules}\n\n${list}`;
  });
  return parts.join('');
}

/** Applies what follows from the refs that moved. Git may have rejected some, for a lock or a bad object. */
async function applyMoves(call: RepositoryCall, push: ReceiveRequest): Promise<void> {
  const git = call.core.git(call.repository);
  for (const command of push.commands) {
    const found = await git.ref(command.ref);
    if (command.before !== command.after && (found?.oid ?? ZERO) === command.after) await afterMove(call, command);
  }
}
