import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCancellableExec } from '../../../lib/processes/cancellation.ts';
import type { Exec, ExecResult } from '../../../lib/processes/exec.ts';
import { BuildxBuilder } from '../../src/buildx/builder.ts';
import { digest, ok, plan, silent } from '../fakes.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'upload-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** buildx that prints a log and then waits until it is terminated, or succeeds; one log for each attempt. */
class WaitingBuildx implements Exec {
  readonly calls: (readonly string[])[] = [];
  readonly #logs: readonly (string | undefined)[];

  constructor(...logs: (string | undefined)[]) {
    this.#logs = logs;
  }

  async run(...[, args, { signal, onErrorLine }]: Parameters<Exec['run']>): Promise<ExecResult> {
    this.calls.push(args);
    const log = this.#logs[this.calls.length - 1];
    if (log === undefined) {
      const metadata = JSON.stringify({ 'containerimage.digest': digest('a') });
      writeFileSync(args[args.indexOf('--metadata-file') + 1] ?? '', metadata);
      return ok();
    }
    for (const line of log.split('\n')) onErrorLine?.(line);
    await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    return {
      exitCode: 143,
      stdout: '',
      stderr: `${log}\nERROR: failed to build: failed to solve: Canceled: context canceled\n`,
    };
  }
}

const PUSH = '#5 exporting to image\n#5 pushing layers';
const CACHE = '#5 exporting to image\n#5 DONE 0.1s\n#6 exporting cache to registry\n#6 sending cache export';

const build = (exec: Exec, retries: number, log = silent) =>
  // Node's shortest time.
  new BuildxBuilder({
    exec: createCancellableExec(exec),
    home: { env: {}, config: {}, scratch },
    retries,
    redact: (text) => text,
    uploadSeconds: 0.001,
  }).build({ ...plan, cache: 'registry' }, log);

describe('an upload that does not end', () => {
  it('is retried', async () => {
    const shown: string[] = [];
    const exec = new WaitingBuildx(PUSH, undefined);
    const built = await build(exec, 1, { ...silent, progress: (text) => shown.push(text) });
    expect(built.digest).toBe(digest('a'));
    expect(shown.join()).toMatch(
      /^transient error \(BuildKit has reported nothing of the upload to prod\.example\/web for .*\); attempt 2 in/,
    );
  });

  it('fails after all retries, with the image and what to do', async () => {
    const exec = new WaitingBuildx(PUSH);
    await expect(build(exec, 0)).rejects.toMatchObject({
      kind: 'transient',
      what: 'building web failed',
      why: 'BuildKit has reported nothing of the upload to prod.example/web for 0.001 s (`push-timeout`), so buildx was ended',
      next: expect.stringMatching(/Check that prod\.example accepts uploads.*set a higher `push-timeout`/),
    });
    expect(exec.calls).toHaveLength(1);
  });

  it('of the cache leads to a build without it', async () => {
    const exec = new WaitingBuildx(CACHE, undefined);
    expect((await build(exec, 0)).digest).toBe(digest('a'));
    expect(exec.calls.map((args) => args.includes('--cache-to'))).toEqual([true, false]);
  });
});
