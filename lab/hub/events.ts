import type { Actor } from './accounts.ts';
import type { Collection } from './store/database.ts';
import { GLOBAL, type Store } from './store/store.ts';

export type EventName = 'push' | 'create' | 'delete' | 'pull_request' | 'release';

export interface HubEvent {
  name: EventName;
  /** `OWNER/REPO` */
  repository: string;
  /** The full ref that a workflow of this event runs on: `refs/heads/main`, `refs/tags/v1.0.0`, `refs/pull/1/merge`. */
  ref: string;
  /** All zeros when the ref was deleted. */
  sha: string;
  actor: string;
  /**
   * False for what a job did with its GITHUB_TOKEN: GitHub starts no workflow for that, so that no workflow can start
   * itself (https://docs.github.com/actions/security-for-github-actions/security-guides/automatic-token-authentication).
   */
  triggersWorkflows: boolean;
  /** GitHub's webhook payload. */
  payload: Record<string, unknown>;
}

/** Hands events to one listener, in the order of the changes, after each change is durable. */
export class Events {
  readonly #listener: (event: HubEvent) => void;
  readonly #kept: Collection<HubEvent>;

  constructor(store: Store, listener: (event: HubEvent) => void = () => undefined) {
    this.#kept = store.database.collection('events');
    this.#listener = listener;
  }

  /** A listener that throws does not take back the change that it was told of; its error is shown. */
  emit(event: HubEvent): void {
    this.#kept.put(GLOBAL, keyOf(event), event);
    try {
      this.#listener(event);
    } catch (error) {
      console.error(`hub: the listener failed on ${event.name} of ${event.repository}:`, error);
    }
  }

  /** The newest event of this name on this commit of this ref: what a run that is run again was started by. */
  find(key: EventKey): HubEvent | undefined {
    return this.#kept.get(GLOBAL, keyOf(key));
  }
}

type EventKey = { name: string; repository: string; ref: string; sha: string };

function keyOf({ name, repository, ref, sha }: EventKey): string {
  return [repository.toLowerCase(), name, ref, sha].join(' ');
}

export function triggersWorkflows(actor: Actor): boolean {
  return actor.token.kind !== 'job';
}
