/** How many steps of a Dockerfile a build had, and how many of them came from the cache. */
export interface StepCount {
  total: number;
  cached: number;
}

/** Counts the steps in BuildKit's log. */
export class StepCounter {
  readonly #steps = new Set<string>();
  readonly #cached = new Set<string>();

  add(line: string): void {
    // A retry is another build, with a log of its own.
    if (line.startsWith('#0 building with ')) {
      this.#steps.clear();
      this.#cached.clear();
    }
    // `#7 [linux/arm64 build 2/4] RUN npm ci`
    const [, step] = /^#(\d+) \[[^\]]*\d+\/\d+\] /.exec(line) ?? [];
    if (step !== undefined) this.#steps.add(step);
    const [, cached] = /^#(\d+) CACHED$/.exec(line) ?? [];
    if (cached !== undefined) this.#cached.add(cached);
  }

  get count(): StepCount {
    return { total: this.#steps.size, cached: [...this.#steps].filter((step) => this.#cached.has(step)).length };
  }
}
