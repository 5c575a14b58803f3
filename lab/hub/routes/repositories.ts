import { ApiError, invalid, notFound } from '../errors.ts';
import { publicUser } from '../present/account.ts';
import { presentFullRepository } from '../present/repository.ts';
import { type Call, created, type Handlers, NO_CONTENT, ok, type Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { Repository, Role } from '../store/types.ts';

/** GitHub replaces other characters with `-`. Here they are an error, because they are mistakes. */
const NAME = /^(?!\.{1,2}$)(?!.*\.git$)[A-Za-z0-9._-]{1,100}$/;

interface NewRepository {
  name: string;
  description?: string | null;
  homepage?: string | null;
  private?: boolean;
  auto_init?: boolean;
  allow_merge_commit?: boolean;
  allow_squash_merge?: boolean;
  allow_rebase_merge?: boolean;
  allow_auto_merge?: boolean;
  delete_branch_on_merge?: boolean;
}

async function createRepository(call: Call, owner: string): Promise<Reply> {
  const { core } = call;
  const body = call.body<NewRepository>();
  if (!NAME.test(body.name)) throw invalid('Repository', 'name', { message: 'name is not a valid repository name' });
  if (core.store.repository(owner, body.name)) {
    const error = {
      resource: 'Repository',
      code: 'custom',
      field: 'name',
      message: 'name already exists on this account',
    } as const;
    throw new ApiError(422, 'Repository creation failed.', { errors: [error] });
  }
  if (body.auto_init) throw invalid('Repository', 'auto_init', { message: 'the hub only creates empty repositories' });
  const time = now();
  const repository: Repository = {
    id: core.store.nextId(),
    owner,
    name: body.name,
    description: body.description ?? null,
    homepage: body.homepage ?? null,
    private: body.private ?? false,
    defaultBranch: 'main',
    allowMergeCommit: body.allow_merge_commit ?? true,
    allowSquashMerge: body.allow_squash_merge ?? true,
    allowRebaseMerge: body.allow_rebase_merge ?? true,
    allowAutoMerge: body.allow_auto_merge ?? false,
    deleteBranchOnMerge: body.delete_branch_on_merge ?? false,
    immutableReleases: false,
    createdAt: time,
    updatedAt: time,
    pushedAt: time,
  };
  await core.createGit(repository);
  core.store.saveRepository(repository);
  const { login } = call.actor.account;
  if (login !== owner) core.store.collaborators.put(repository.id, login.toLowerCase(), { login, role: 'admin' });
  return created(presentFullRepository({ core, repository }, call.actor));
}

/** @throws ApiError 403 unless the token has the permission `administration` */
function requireCreation(call: Call): void {
  const { permissions } = call.actor.token;
  if (permissions === 'all' || permissions.administration === 'write') return;
  const kind = call.actor.token.kind === 'user' ? 'personal access token' : 'integration';
  throw new ApiError(403, `Resource not accessible by ${kind}`, {
    headers: {
      'x-accepted-github-permissions': 'administration=write',
    },
  });
}

function updateRepository(call: Call): Reply {
  const body = call.body<Partial<NewRepository> & { default_branch?: string }>();
  const { repository, core } = call;
  if (body.name !== undefined && body.name !== repository.name) {
    throw invalid('Repository', 'name', { message: 'the hub cannot rename repositories' });
  }
  const changed: Repository = {
    ...repository,
    description: body.description ?? repository.description,
    homepage: body.homepage ?? repository.homepage,
    private: body.private ?? repository.private,
    defaultBranch: body.default_branch ?? repository.defaultBranch,
    allowMergeCommit: body.allow_merge_commit ?? repository.allowMergeCommit,
    allowSquashMerge: body.allow_squash_merge ?? repository.allowSquashMerge,
    allowRebaseMerge: body.allow_rebase_merge ?? repository.allowRebaseMerge,
    allowAutoMerge: body.allow_auto_merge ?? repository.allowAutoMerge,
    deleteBranchOnMerge: body.delete_branch_on_merge ?? repository.deleteBranchOnMerge,
    updatedAt: now(),
  };
  core.store.saveRepository(changed);
  return ok(presentFullRepository({ core, repository: changed }, call.actor));
}

const ROLES: Record<string, Role> = {
  pull: 'read',
  triage: 'triage',
  push: 'write',
  maintain: 'maintain',
  admin: 'admin',
};

/** Immediately, without an invitation. */
function addCollaborator(call: Call): Reply {
  const { core, repository } = call;
  const account = core.store.account(call.param('username'));
  if (!account) throw notFound();
  const { permission = 'push' } = call.body<{ permission?: string }>();
  const role = ROLES[permission];
  if (!role) throw invalid('Collaborator', 'permission');
  core.store.collaborators.put(repository.id, account.login.toLowerCase(), { login: account.login, role });
  return NO_CONTENT;
}

function setImmutableReleases({ core, repository }: Call, immutableReleases: boolean): Reply {
  core.store.saveRepository({ ...repository, immutableReleases });
  return NO_CONTENT;
}

export const repositoryHandlers: Handlers = {
  'meta/get': () => ok({ verifiable_password_authentication: false }),
  'rate-limit/get': ({ core, caller }) => {
    const rate = core.limits.peek(caller);
    return ok({ resources: { core: rate, search: rate, graphql: rate }, rate });
  },
  'users/get-authenticated': (call) => ok(publicUser(call.core.urls, call.actor.account)),
  'repos/create-for-authenticated-user': (call) => {
    requireCreation(call);
    return createRepository(call, call.actor.account.login);
  },
  'repos/create-in-org': (call) => {
    const organization = call.core.store.account(call.param('org'));
    if (organization?.type !== 'Organization') throw notFound();
    requireCreation(call);
    return createRepository(call, organization.login);
  },
  'repos/get': (call) => ok(presentFullRepository(call, call.caller)),
  'repos/update': updateRepository,
  'repos/delete': (call) => {
    call.core.removeGit(call.repository);
    call.core.store.removeRepository(call.repository);
    return NO_CONTENT;
  },
  'repos/add-collaborator': addCollaborator,
  'repos/check-immutable-releases': ({ repository }) => {
    if (!repository.immutableReleases) throw notFound();
    return ok({ enabled: true, enforced_by_owner: false });
  },
  'repos/enable-immutable-releases': (call) => setImmutableReleases(call, true),
  'repos/disable-immutable-releases': (call) => setImmutableReleases(call, false),
};
