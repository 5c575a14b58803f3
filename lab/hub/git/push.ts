import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { afterMove, immutableTag, violations } from '../refs/changes.ts';
import type { Move } from '../refs/move.ts';
import type { Repository } from '../store/types.ts';
import { askBackend, type BackendRequest } from './backend.ts';
import { parseReceiveRequest, type ReceiveRequest, refuseReceive } from './pktline.ts';
import { withQuarantine } from './quarantine.ts';
import { ZERO } from './repository.ts';
import { run } from './run.ts';

const RESULT = 'application/x-git-receive-pack-result';

/**
 * Takes a push. The commands stand at the start of the request, so the rules are judged here, in the hub, before git sees
 * it: no hook script, and the refusal can be worded as GitHub words it. As at GitHub, one refused ref refuses the push.
 */
export async function receivePush(
  core: Core,
  repository: Repository,
  actor: Actor,
  body: Buffer,
  request: Omit<BackendRequest, 'body'>,
): Promise<Response> {
  const push = parseReceiveRequest(body);
  return core.locks.run(repository.id, async () => {
    const refused = await judge(core, repository, actor, push, body);
    if (refused.size > 0) {
      const answer = refuseReceive(
        push,
        refusalText(core, repository, refused),
        'push declined due to repository rule violations',
      );
      return new Response(new Uint8Array(answer), { headers: { 'content-type': RESULT, 'cache-control': 'no-cache' } });
    }
    const response = await askBackend({ ...request, contentEncoding: '', body });
    // Read to the end: only then has git moved the refs.
    const answer = await response.arrayBuffer();
    await follow(core, repository, actor, push);
    return new Response(answer, { status: response.status, headers: response.headers });
  });
}

/** The broken rules of each ref. */
async function judge(
  core: Core,
  repository: Repository,
  actor: Actor,
  push: ReceiveRequest,
  body: Buffer,
): Promise<Map<string, string[]>> {
  const refused = new Map<string, string[]>();
  const git = core.git(repository);
  for (const command of push.commands) {
    const inPush = <T>(question: (env: Record<string, string>) => Promise<T>): Promise<T> =>
      withQuarantine(git, body.subarray(push.packAt), question);
    const range = command.before === ZERO ? [command.after, '--not', '--all'] : [command.after, `^${command.before}`];
    const newCommits = (options: readonly string[]) =>
      inPush((env) => git.git(['rev-list', ...options, ...range], { env }));
    const sentences = await violations(core, repository, actor, command, {
      forced: () =>
        inPush(async (env) => {
          const args = ['merge-base', '--is-ancestor', command.before, command.after];
          return (await run(args, { dir: git.dir, env, accept: [1] })).code !== 0;
        }),
      hasMerges: async () => (await newCommits(['--merges', '--max-count=1'])) !== '',
      // Signatures of new commits are judged only once they are in the repository, so a push cannot pass this rule; the
      // API's own commits can.
      allVerified: async () => (await newCommits(['--max-count=1'])) === '',
    });
    const immutable = command.before === ZERO ? undefined : immutableTag(core, repository, command.ref);
    if (immutable) sentences.push(immutable);
    if (sentences.length > 0) refused.set(command.ref, sentences);
  }
  return refused;
}

function refusalText(core: Core, repository: Repository, refused: ReadonlyMap<string, readonly string[]>): string {
  const parts = [...refused].map(([ref, sentences]) => {
    const rules = core.urls.html(repository, `/rules?ref=${encodeURIComponent(ref)}`);
    const list = sentences.map((sentence) => `- ${sentence}\n\n`).join('');
    return `error: GH013: Repository rule violations found for ${ref}.\nReview all repository rules at ${rules}\n\n${list}`;
  });
  return parts.join('');
}

/** What follows from the refs that really moved: git may have refused some, say for a lock or a bad object. */
async function follow(core: Core, repository: Repository, actor: Actor, push: ReceiveRequest): Promise<void> {
  const git = core.git(repository);
  for (const command of push.commands) {
    const found = await git.ref(command.ref);
    const move: Move = command;
    if (command.before !== command.after && (found?.oid ?? ZERO) === command.after) {
      await afterMove(core, repository, actor, move);
    }
  }
}
