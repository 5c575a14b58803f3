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
   * False for what a job did with its GITHUB_TOKEN. GitHub starts no workflow for that, so that a workflow cannot start
   * itself (https://docs.github.com/actions/security-for-github-actions/security-guides/automatic-token-authentication).
   */
  triggersWorkflows: boolean;
  /** GitHub's webhook payload. */
  payload: Record<string, unknown>;
}

/** Passes events to one listener, in the order of the changes, after each change is durable. */
export class Events {
  readonly #listener: (event: HubEvent) => void;
  readonly #events: Collection<HubEvent>;

  constructor(store: Store, listener: (event: HubEvent) => void = () => undefined) {
    this.#events = store.database.collection('events');
    this.#listener = listener;
  }

  /** An error of the listener is logged; the change stays. */
  emit(event: HubEvent): void {
    this.#events.put(GLOBAL, toKey(event), event);
    try {
      this.#listener(event);
    } catch (error) {
      console.error(`hub: the listener failed on ${event.name} of ${event.repository}:`, error);
    }
  }

  /** The newest event of this name on this commit of this ref, to run a workflow again. */
  find(key: EventKey): HubEvent | undefined {
    return this.#events.get(GLOBAL, toKey(key));
  }
}

type EventKey = { name: string; repository: string; ref: string; sha: string };

function toKey({ name, repository, ref, sha }: EventKey): string {
  return [repository.toLowerCase(), name, ref, sha].join(' ');
}

export function triggersWorkflows(actor: Actor): boolean {
  return actor.token.kind !== 'job';
}
