import type { Actor } from './accounts.ts';
import type { Core } from './core.ts';
import type { Repository } from './store/types.ts';

/** One repository of the hub. */
export interface RepositoryScope {
  readonly core: Core;
  readonly repository: Repository;
}

/** What one account does in one repository. */
export interface RepositoryCall extends RepositoryScope {
  readonly actor: Actor;
}
