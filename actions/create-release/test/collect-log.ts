import { afterAll, beforeAll, jest } from '@jest/globals';

/** Collects what the code under test writes to the log, in place of the log of the tests. */
export function collectLog(): { readonly text: string; clear(): void } {
  const log = {
    text: '',
    clear() {
      log.text = '';
    },
  };
  beforeAll(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      log.text += String(chunk);
      return true;
    });
  });
  afterAll(() => {
    jest.restoreAllMocks();
  });
  return log;
}
