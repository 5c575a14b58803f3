import { afterEach, beforeEach } from '@jest/globals';
import { HttpRegistry } from '../../src/registry/http-registry.ts';
import { FakeExec, ok } from '../fakes.ts';
import { MemoryRegistry } from './memory-registry.ts';

/** A client without a login, which does not wait before a retry. */
export const createClient = (retries = 0): HttpRegistry =>
  new HttpRegistry({
    exec: new FakeExec(() => ok()),
    home: { env: {}, config: {}, scratch: '' },
    retries,
    onRetry: () => undefined,
    wait: async () => undefined,
  });

export let source: MemoryRegistry;
export let target: MemoryRegistry;

/** Starts two registries before each test of a file. */
export function useRegistries(): void {
  beforeEach(async () => {
    [source, target] = await Promise.all([new MemoryRegistry().start(), new MemoryRegistry().start()]);
  });
  afterEach(async () => {
    await Promise.all([source.stop(), target.stop()]);
  });
}
