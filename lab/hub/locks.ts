/** Admits one writer per repository at a time; the others wait in order. */
export class Locks {
  readonly #tails = new Map<number, Promise<unknown>>();

  async run<T>(repositoryId: number, work: () => Promise<T>): Promise<T> {
    const previous = this.#tails.get(repositoryId) ?? Promise.resolve();
    const result = previous.then(work);
    const tail = result.catch(() => undefined);
    this.#tails.set(repositoryId, tail);
    try {
      return await result;
    } finally {
      if (this.#tails.get(repositoryId) === tail) this.#tails.delete(repositoryId);
    }
  }
}
