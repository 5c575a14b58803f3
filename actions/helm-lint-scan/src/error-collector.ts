import { ActionError } from '../../lib/errors.ts';

/** Several refusals that are told in one answer. */
class SeveralRefusals extends ActionError {
  readonly refusals: readonly ActionError[];

  constructor(refusals: readonly ActionError[]) {
    super({
      what: `${refusals.length} things are wrong`,
      why: refusals.map(({ what, why, next }) => `- ${what}: ${why}. ${next}`.replaceAll('\n', '\n  ')).join('\n'),
      next: 'Correct them all.',
    });
    this.refusals = refusals;
  }
}

/** Collects refusals, so that all are told together. What is thrown is one that stands alone, or all in one. */
export class Refusals {
  readonly #found: ActionError[] = [];

  get none(): boolean {
    return this.#found.length === 0;
  }

  /** Do the work; when it is refused, keep why, and go on with the stand-in. */
  async keep<T>(standIn: T, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      this.add(error);
      return standIn;
    }
  }

  add(error: ActionError): void {
    this.#found.push(...(error instanceof SeveralRefusals ? error.refusals : [error]));
  }

  /** @throws {ActionError} when anything was refused */
  finish(): void {
    const [first, ...others] = this.#found;
    if (first !== undefined) throw others.length === 0 ? first : new SeveralRefusals(this.#found);
  }
}
