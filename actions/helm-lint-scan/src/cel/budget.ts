import { UnsupportedError } from './errors.ts';

/** How much an evaluation may still do. A rule of a scanned file must not hold up the step. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  get isSpent(): boolean {
    return this.#left < 0;
  }

  /** @throws {UnsupportedError} when nothing is left */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) throw new UnsupportedError('its evaluation takes too long');
  }
}
