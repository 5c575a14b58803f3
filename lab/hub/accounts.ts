import { randomBytes } from 'node:crypto';
import { ApiError, notFound } from './errors.ts';
import type { Need } from './rest/operations.ts';
import { GLOBAL, now, type Store } from './store/store.ts';
import type { Account, AccountType, Permissions, Repository, Role, Token, TokenKind } from './store/types.ts';

/** An authenticated caller. */
export interface Actor {
  account: Account;
  token: Token;
}

const RANK = { read: 1, write: 2, admin: 3 } as const;
const ROLE_RANK: Record<Role, number> = { read: 1, triage: 1, write: 2, maintain: 2, admin: 3 };
const LOGIN = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}(\[bot\])?$/i;
const PREFIX: Record<TokenKind, string> = { user: 'ghp_', app: 'ghs_', job: 'ghs_' };

/** The account of workflow runs. */
export const JOB_LOGIN = 'github-actions[bot]';

export interface NewToken {
  login: string;
  permissions: Permissions | 'all';
  repositories?: readonly string[];
  kind?: TokenKind;
}

/** Accounts, their tokens, and what a token may do. Tokens are looked up on each call, so that a deleted one ends at once. */
export class Accounts {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    if (!store.account(JOB_LOGIN)) this.createUser({ login: JOB_LOGIN, type: 'Bot' });
  }

  createUser(user: { login: string; type?: AccountType; name?: string; email?: string }): Account {
    if (!LOGIN.test(user.login)) throw new ApiError(422, `"${user.login}" is not a login`);
    const existing = this.#store.account(user.login);
    if (existing) return existing;
    const id = this.#store.nextId();
    return this.#store.accounts.put(GLOBAL, user.login.toLowerCase(), {
      id,
      login: user.login,
      type: user.type ?? 'User',
      name: user.name ?? user.login,
      email: user.email ?? `${id}+${user.login}@users.noreply.github.com`,
      createdAt: now(),
    });
  }

  createToken(request: NewToken): Token {
    const account = this.#store.account(request.login);
    if (!account) throw new ApiError(422, `the account "${request.login}" does not exist`);
    const kind = request.kind ?? (account.type === 'Bot' ? 'app' : 'user');
    const token: Token = {
      token: PREFIX[kind] + randomBytes(18).toString('hex'),
      login: account.login,
      kind,
      permissions: request.permissions,
      ...(request.repositories ? { repositories: request.repositories.map((name) => name.toLowerCase()) } : {}),
    };
    return this.#store.tokens.put(GLOBAL, token.token, token);
  }

  deleteToken(token: string): boolean {
    return this.#store.tokens.remove(GLOBAL, token);
  }

  /**
   * The caller behind an `authorization` header (`Bearer`, `token`, or `Basic` with the token as password).
   * @returns null without a header
   * @throws ApiError 401 when the token is unknown
   */
  authenticate(header: string | undefined): Actor | null {
    if (!header) return null;
    const [scheme = '', value = ''] = header.trim().split(/\s+/, 2);
    const text = scheme.toLowerCase() === 'basic' ? Buffer.from(value, 'base64').toString('utf8') : value;
    const secrets =
      scheme.toLowerCase() === 'basic' ? [text.slice(text.indexOf(':') + 1), text.split(':')[0] ?? ''] : [text];
    for (const secret of secrets) {
      const token = secret === '' ? undefined : this.#store.tokens.get(GLOBAL, secret);
      const account = token && this.#store.account(token.login);
      if (token && account) return { account, token };
    }
    throw new ApiError(401, 'Bad credentials');
  }

  /** The rank of the account's role in the repository, independent of its token. */
  role(actor: Actor, repository: Repository): number {
    if (actor.token.kind !== 'user') return RANK.admin;
    const login = actor.account.login.toLowerCase();
    if (login === repository.owner.toLowerCase()) return RANK.admin;
    const collaborator = this.#store.collaborators.get(repository.id, login);
    if (collaborator) return ROLE_RANK[collaborator.role];
    return repository.private ? 0 : RANK.read;
  }

  /** Whether the token includes the repository and has at least this permission there. */
  may(actor: Actor | null, repository: Repository, need: Need): boolean {
    if (need === null) return true;
    const [permission, level] = need;
    if (!actor) return !repository.private && level === 'read';
    const publicRead =
      !repository.private && level === 'read' && (permission === 'metadata' || permission === 'contents');
    if (publicRead) return true;
    if (!this.#includes(actor, repository)) return false;
    const { permissions } = actor.token;
    const rank = permissions === 'all' ? RANK.admin : permissionRank(permissions, permission);
    // The role `write` is enough for every `write` permission except those that administer the repository.
    const roleNeeded = permission === 'administration' ? RANK.admin : RANK[level];
    return rank >= RANK[level] && this.role(actor, repository) >= roleNeeded;
  }

  /** @throws ApiError 401, 403 or 404, as GitHub responds */
  require(actor: Actor | null, repository: Repository, need: Need): void {
    if (this.may(actor, repository, need)) return;
    if (!actor) throw repository.private ? notFound() : new ApiError(401, 'Requires authentication');
    if (repository.private && !this.may(actor, repository, ['metadata', 'read'])) throw notFound();
    const [permission = '', level = ''] = need ?? [];
    const kind = actor.token.kind === 'user' ? 'personal access token' : 'integration';
    throw new ApiError(403, `Resource not accessible by ${kind}`, {
      headers: { 'x-accepted-github-permissions': `${permission}=${level}` },
    });
  }

  #includes(actor: Actor, repository: Repository): boolean {
    const { repositories } = actor.token;
    return !repositories || repositories.includes(`${repository.owner}/${repository.name}`.toLowerCase());
  }
}

function permissionRank(permissions: Permissions, permission: string): number {
  const level = permissions[permission] ?? (permission === 'metadata' ? 'read' : undefined);
  return level ? RANK[level] : 0;
}
