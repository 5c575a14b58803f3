import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Exec, ExecResult } from '../../../lib/processes/exec.ts';
import { BuildxBuilder } from '../../src/buildx/builder.ts';
import { ToolError } from '../../src/buildx/tool-error.ts';
import { createRedactor } from '../../src/inputs/secrets.ts';
import { digest, FakeExec, failed, ok, plan, silent } from '../fakes.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'builder-'));
});
afterEach(() => rmSync(scratch, { recursive: true }));

const metadataFile = (args: readonly string[]) => args[args.indexOf('--metadata-file') + 1] ?? '';
const createBuilder = (exec: Exec, retries = 0, redact = (text: string) => text) =>
  new BuildxBuilder({ exec, home: { env: {}, config: {}, scratch }, retries, redact, uploadSeconds: 0 });
/** A build that succeeds with this metadata file, or with none. */
const building = (metadata: string | undefined, stderr = '') =>
  new FakeExec((args): ExecResult => {
    if (metadata !== undefined) writeFileSync(metadataFile(args), metadata);
    return { ...ok(), stderr };
  });

/** The end of BuildKit 0.34's log for a failed step. */
const FAILED_STEP = `#5 [2/2] RUN npm ci
#5 0.080 npm error code E404
#5 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
------
 > [2/2] RUN npm ci:
0.080 npm error code E404
------
WARNING: No output specified
Dockerfile:3
--------------------
   1 |     FROM scratch
   3 | >>> RUN npm ci
--------------------
ERROR: failed to build: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1
`;

describe('a build', () => {
  it('has the digest of the metadata file', async () => {
    const text = JSON.stringify({ 'containerimage.digest': digest('a') });
    expect(await createBuilder(building(text)).build(plan, silent)).toEqual({
      digest: digest('a'),
      metadata: { 'containerimage.digest': digest('a') },
    });
  });

  it.each([undefined, '', 'null', '{}', '{"containerimage.digest":"latest"}'])(
    'without a digest (%j) is an error',
    async (text) => {
      await expect(createBuilder(building(text)).build(plan, silent)).rejects.toMatchObject({
        what: 'the build of web returned no digest',
      });
    },
  );

  it.each(['<html>', '[]', '7', '"x"', '{'])(
    'with the metadata file %j is an error that names buildx',
    async (text) => {
      await expect(createBuilder(building(text)).build(plan, silent)).rejects.toMatchObject({
        what: 'invalid response from docker buildx build',
      });
    },
  );

  it('that fails reports the line of the Dockerfile and the output of the step', async () => {
    const exec = new FakeExec(() => ({ exitCode: 1, stdout: '', stderr: FAILED_STEP }));
    const error = await createBuilder(exec, 3)
      .build(plan, silent)
      .catch((thrown: unknown) => thrown as ToolError);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({
      location: { file: 'web/Dockerfile', line: 3 },
      why: ' > [2/2] RUN npm ci:\n0.080 npm error code E404\nfailed to build: failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
      next: 'Correct line 3 of web/Dockerfile.',
    });
    expect(exec.calls).toHaveLength(1);
  });

  it('shows only the last lines of a step with much output', async () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`).join('\n');
    const exec = new FakeExec(() => ({
      exitCode: 1,
      stdout: '',
      stderr: `------\n > [1/1] RUN x:\n${lines}\n------\nERROR: bad`,
    }));
    const error = await createBuilder(exec)
      .build(plan, silent)
      .catch((thrown: unknown) => thrown as ToolError);
    expect((error as ToolError).why.split('\n').slice(0, 3)).toEqual([' > [1/1] RUN x:', '…', 'line 86']);
  });

  it('is retried after a failed push, up to the limit', async () => {
    const reset = failed(
      'failed to build: failed to solve: failed to push prod.example/web: failed to do request: Put "x": EOF',
    );
    const exec = new FakeExec((args, call) => {
      if (call === 1) return reset;
      writeFileSync(metadataFile(args), JSON.stringify({ 'containerimage.digest': digest('a') }));
      return ok();
    });
    expect((await createBuilder(exec, 1).build(plan, silent)).digest).toBe(digest('a'));
    await expect(createBuilder(new FakeExec(() => reset)).build(plan, silent)).rejects.toMatchObject({
      kind: 'transient',
    });
  });

  it('continues without a cache that cannot be used', async () => {
    const exec = new FakeExec((args) => {
      if (args.includes('--cache-to'))
        return failed('failed to build: failed to solve: failed to configure gha cache exporter: no token');
      writeFileSync(metadataFile(args), JSON.stringify({ 'containerimage.digest': digest('a') }));
      return ok();
    });
    expect((await createBuilder(exec).build({ ...plan, cache: 'gha' }, silent)).digest).toBe(digest('a'));
    expect(exec.calls).toHaveLength(2);
  });

  it('is repeated without the cache when a link into it has expired', async () => {
    const exec = new FakeExec((args) => {
      if (args.some((argument) => argument.startsWith('--cache-from')))
        return failed(
          'failed to solve: failed to copy: GET https://x.blob.core.windows.net/actions-cache/1\nRESPONSE 403: 403 Server failed to authenticate the request.',
        );
      writeFileSync(metadataFile(args), JSON.stringify({ 'containerimage.digest': digest('a') }));
      return ok();
    });
    const cached = { ...plan, extraArgs: ['--cache-from=type=gha', '--pull'] };
    expect((await createBuilder(exec).build(cached, silent)).digest).toBe(digest('a'));
    expect(exec.calls.map(({ args }) => args.includes('--pull'))).toEqual([true, true]);
  });

  it('is repeated once when the registry lost an upload', async () => {
    const exec = new FakeExec(() => failed('failed to solve: failed to push prod.example/web: unknown blob'));
    await expect(createBuilder(exec, 3).build(plan, silent)).rejects.toMatchObject({
      next: expect.stringContaining('prod.example lost what was uploaded'),
    });
    expect(exec.calls).toHaveLength(2);
  });

  it('that cannot read a base image reports the host of that image', async () => {
    const line =
      'failed to build: failed to solve: base.example/node:24: failed to resolve source metadata for base.example/node:24: unexpected status from HEAD request to https://base.example/v2/: 401 Unauthorized';
    const building = createBuilder(new FakeExec(() => failed(line))).build(plan, silent);
    await expect(building).rejects.toMatchObject({
      kind: 'refused',
      next: expect.stringContaining('login to base.example'),
    });
  });

  it.each(['true', 'image', '1', 'sha256', 'containerimage.digest', digest('a')])(
    'keeps its metadata when the secret is %j',
    async (secret) => {
      const raw = {
        'containerimage.digest': digest('a'),
        'containerimage.descriptor': { digest: digest('a'), size: 1, annotations: { note: `- ${secret} -` } },
        'buildx.build.provenance': { metadata: { completeness: true }, materials: [secret, 1] },
      };
      expect(
        await createBuilder(building(JSON.stringify(raw)), 0, createRedactor([secret])).build(plan, silent),
      ).toEqual({
        digest: digest('a'),
        metadata: {
          ...raw,
          'containerimage.descriptor': { ...raw['containerimage.descriptor'], annotations: { note: '- *** -' } },
          // Digests stay: consumers look the image up by them.
          'buildx.build.provenance': {
            metadata: { completeness: true },
            materials: [secret === digest('a') ? secret : '***', 1],
          },
        },
      });
    },
  );

  it.each(['with "quotes"', 'C:\\path\\to', 'two\nlines', 'a\ttab'])(
    'shows no secret that JSON escapes (%j)',
    async (secret) => {
      const text = JSON.stringify({ 'containerimage.digest': digest('a'), args: `x ${secret} y` });
      const { metadata } = await createBuilder(building(text), 0, createRedactor([secret])).build(plan, silent);
      expect(metadata.args).toBe('x *** y');
    },
  );

  it('that fails is also classified when its log contains secrets', async () => {
    const line =
      'failed to build: failed to solve: failed to push prod.example/web: unexpected status from POST request to https://prod.example/v2/: 401 Unauthorized';
    const secrets = createRedactor(['1', 'Unauthorized', 'ERROR']);
    await expect(createBuilder(new FakeExec(() => failed(line)), 0, secrets).build(plan, silent)).rejects.toMatchObject(
      {
        kind: 'refused',
        why: line.replaceAll(/1|Unauthorized/g, '***'),
      },
    );
  });

  it.each([
    ['that succeeds', 0],
    ['that fails', 1],
  ])('%s shows what build checks found, at most ten', async (_how, exitCode) => {
    const findings = Array.from({ length: 12 }, (_, index) => ` - UndefinedVar: no $X (line ${index + 1})`);
    const exec = new FakeExec((args) => {
      writeFileSync(metadataFile(args), JSON.stringify({ 'containerimage.digest': digest('a') }));
      return { exitCode, stdout: '', stderr: ['\n \x1b[33m12 warnings found:', ...findings, 'ERROR: x'].join('\n') };
    });
    const warnings: unknown[] = [];
    const shown: string[] = [];
    await createBuilder(exec)
      .build(plan, {
        ...silent,
        warning: (...warning) => warnings.push(warning),
        progress: (text) => shown.push(text),
      })
      .catch((error: unknown) => expect(error).toBeInstanceOf(ToolError));
    expect(warnings).toHaveLength(10);
    expect(warnings[0]).toEqual([
      'UndefinedVar: no $X\nhttps://docs.docker.com/go/dockerfile/rule/undefined-var/',
      { file: 'web/Dockerfile', line: 1 },
    ]);
    expect(shown).toEqual(['2 more findings of build checks are at the end of the build log']);
  });

  it('passes on every line as it comes, without secrets', async () => {
    const lines: string[] = [];
    const seen: number[] = [];
    const text = JSON.stringify({ 'containerimage.digest': digest('a'), args: 'hunter2' });
    const exec: Exec = {
      async run(_tool, args, { onErrorLine }) {
        for (const line of ['#2 [1/2] RUN echo hunter2', '#2 0.1 hunter2']) {
          onErrorLine?.(line);
          seen.push(lines.length);
        }
        writeFileSync(metadataFile(args), text);
        return ok();
      },
    };
    const built = await createBuilder(exec, 0, createRedactor(['hunter2'])).build(plan, {
      ...silent,
      line: (line) => lines.push(line),
    });
    expect(seen).toEqual([1, 2]);
    expect(lines).toEqual(['#2 [1/2] RUN echo ***', '#2 0.1 ***']);
    expect(JSON.stringify(built.metadata)).not.toContain('hunter2');
  });
});
