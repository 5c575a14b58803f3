import type { History } from '../src/history/history.ts';
import type { Releases } from '../src/releases/releases.ts';

export type Method = keyof Releases | keyof History;

/** An error in the shape of Octokit's. */
export function serverError(status: number, message = 'no', errors: unknown[] = []): Error {
  return Object.assign(new Error(message), { status, response: { headers: {}, data: { message, errors } } });
}

export const connectionReset = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/** Records the calls of fakes, and lets tests fail them or change the server before them. */
export class FakeCalls {
  readonly calls: Method[] = [];
  /** The error of a call, thrown before or after its work; `undefined` lets the call succeed. */
  injectFailure: (method: Method, count: number, when: 'before' | 'after') => Error | undefined = () => undefined;
  /** Runs before each call, for the changes of a concurrent run. */
  beforeCall: (method: Method, count: number) => void | Promise<void> = () => undefined;
  readonly #counts = new Map<Method, number>();

  count(method: Method): number {
    return this.#counts.get(method) ?? 0;
  }

  /** The calls that change something. */
  get changes(): Method[] {
    return this.calls.filter((method) => CHANGES.has(method));
  }

  async call<T>(method: Method, work: () => T): Promise<T> {
    const count = this.count(method) + 1;
    this.#counts.set(method, count);
    this.calls.push(method);
    await this.beforeCall(method, count);
    const before = this.injectFailure(method, count, 'before');
    if (before !== undefined) throw before;
    const result = work();
    const after = this.injectFailure(method, count, 'after');
    if (after !== undefined) throw after;
    return result;
  }
}

const CHANGES: ReadonlySet<Method> = new Set<Method>([
  'create',
  'update',
  'deleteRelease',
  'deleteAsset',
  'uploadAsset',
  'setTag',
  'replaceTag',
]);
