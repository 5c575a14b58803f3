import { AsyncLocalStorage } from 'node:async_hooks';

/** The lag of the request that is being served, in milliseconds. */
const current = new AsyncLocalStorage<number>();

/** Runs `work` with lists that do not show what happened in the last `lagMs` milliseconds. */
export function withLag<T>(lagMs: number, work: () => T): T {
  return current.run(lagMs, work);
}

interface RefMove {
  /** Where the ref was; `ZERO` when it did not exist. */
  before: string;
  time: number;
}

/** When things changed in this process, in milliseconds of its clock. What an earlier process changed is old. */
export class Changes {
  readonly #born = new Map<string, number>();
  readonly #moves = new Map<string, RefMove[]>();
  readonly #clock: () => number;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Records that something exists from now on, by the kind of thing and its id. */
  created(kind: 'release' | 'published' | 'asset' | 'pull', id: number): void {
    this.#born.set(`${kind} ${id}`, this.#clock());
  }

  moved(repositoryId: number, ref: string, before: string): void {
    const key = `${repositoryId} ${ref}`;
    const moves = this.#moves.get(key) ?? [];
    moves.push({ before, time: this.#clock() });
    this.#moves.set(key, moves);
  }

  isVisible(kind: 'release' | 'published' | 'asset' | 'pull', id: number): boolean {
    const lag = current.getStore();
    const born = this.#born.get(`${kind} ${id}`);
    return lag === undefined || born === undefined || born <= this.#clock() - lag;
  }

  /** Where a ref was before the moves that are not visible yet; undefined when all of them are visible. */
  visiblePosition(repositoryId: number, ref: string): string | undefined {
    const lag = current.getStore();
    if (lag === undefined) return undefined;
    const since = this.#clock() - lag;
    return this.#moves.get(`${repositoryId} ${ref}`)?.find(({ time }) => time > since)?.before;
  }
}
