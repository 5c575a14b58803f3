import { ActionError } from '../../lib/errors.ts';

/** Several errors that are reported together. */
class MultipleErrors extends ActionError {
  readonly errors: readonly ActionError[];

  constructor(errors: readonly ActionError[]) {
    super({
      what: `${errors.length} problems found`,
      why: errors.map(({ what, why, next }) => `- ${what}: ${why}. ${next}`.replaceAll('\n', '\n  ')).join('\n'),
      next: 'Correct all of them.',
    });
    this.errors = errors;
  }
}

/** @throws {ActionError} the only error, or all errors in one */
export function throwErrors(errors: readonly ActionError[]): void {
  const [first, ...others] = errors;
  if (first !== undefined) throw others.length === 0 ? first : new MultipleErrors(errors);
}

/** Collects errors, so that all are reported together. */
export class ErrorCollector {
  readonly #errors: ActionError[] = [];

  constructor(errors: readonly ActionError[] = []) {
    this.add(errors);
  }

  get errors(): readonly ActionError[] {
    return this.#errors;
  }

  /** Do the work. When it fails with an {@link ActionError}, keep the error and return the fallback. */
  async attempt<T>(fallback: T, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      this.add([error]);
      return fallback;
    }
  }

  add(errors: readonly ActionError[]): void {
    for (const error of errors) this.#errors.push(...(error instanceof MultipleErrors ? error.errors : [error]));
  }

  /** @throws {ActionError} the only error, or all errors in one */
  throwIfAny(): void {
    throwErrors(this.#errors);
  }
}
