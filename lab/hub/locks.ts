/** Lets one writer at a time into a repository; the others wait in order. */
export class Locks {
  readonly #tails = new Map<number, Promise<unknown>>();

  async run<T>(repositoryId: number, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(repositoryId) ?? Promise.resolve();
    const mine = before.then(work);
    const settled = mine.catch(() => undefined);
    this.#tails.set(repositoryId, settled);
    try {
      return await mine;
    } finally {
      if (this.#tails.get(repositoryId) === settled) this.#tails.delete(repositoryId);
    }
  }
}
