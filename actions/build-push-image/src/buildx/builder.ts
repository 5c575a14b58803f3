import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../../../lib/exec.ts';
import { type Digest, parseDigest } from '../../../lib/identifiers.ts';
import { ResponseData, readBytes } from '../../../lib/responses.ts';
import { withRetries } from '../../../lib/retry.ts';
import type { DockerHome } from '../docker/docker-home.ts';
import { redactData } from '../inputs/secrets.ts';
import { type BuildPlan, buildArguments } from './arguments.ts';
import { buildFailure } from './build-error.ts';
import { classifyTool, ToolError } from './tool-error.ts';

export type Metadata = Record<string, unknown>;

export interface Built {
  /** Of what was pushed, or with `output: 'check'` of what would have been. */
  digest: Digest;
  /** What buildx says of the build. */
  metadata: Metadata;
}

/** Where a build tells how it goes. */
export interface BuildLog {
  /** A line of the builder's log. */
  line(text: string): void;
  /** A line that is shown at once. */
  progress(text: string): void;
  /** What the user should know, also without looking into the log. */
  notice(text: string): void;
}

export interface Builder {
  /** @throws {ToolError} with the builder's own words */
  build(plan: BuildPlan, log: BuildLog): Promise<Built>;
}

export interface BuilderOptions {
  exec: Exec;
  home: DockerHome;
  retries: number;
  redact: (text: string) => string;
}

/** Builds by `docker buildx build`. */
export class BuildxBuilder implements Builder {
  readonly #options: BuilderOptions;
  #builds = 0;

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  /** A cache that cannot be used fails no build: it is built again without. */
  async build(plan: BuildPlan, log: BuildLog): Promise<Built> {
    try {
      return await this.repeated(plan, log);
    } catch (error) {
      if (!(error instanceof ToolError) || error.kind !== 'cache') throw error;
      log.progress(`builds without the cache, which cannot be used: ${error.why}`);
      return this.repeated({ ...plan, cache: 'none' }, log);
    }
  }

  private repeated(plan: BuildPlan, log: BuildLog): Promise<Built> {
    const { retries } = this.#options;
    return withRetries(() => this.attempt(plan, log), {
      retries,
      classify: classifyTool,
      onRetry: (error, attempt, seconds) =>
        log.progress(
          `failed and may pass (${(error as ToolError).why.split('\n').at(-1)}); attempt ${attempt + 1} in ${seconds.toFixed(1)} s`,
        ),
    });
  }

  private async attempt(plan: BuildPlan, log: BuildLog): Promise<Built> {
    const { exec, home, redact } = this.#options;
    const metadataFile = join(home.scratch, `metadata-${++this.#builds}.json`);
    const steps = new Set<string>();
    const { exitCode, stderr } = await exec.run('docker', buildArguments(plan, metadataFile), {
      env: home.env,
      cwd: plan.workspace,
      onErrorLine: (line) => {
        log.line(redact(line));
        // `#7 [build 2/4] RUN npm ci`: a step begins. Each is told once.
        const step = /^#\d+ (\[(?!internal\]).*)/.exec(line)?.[1];
        if (step === undefined || steps.has(step)) return;
        steps.add(step);
        log.progress(redact(step));
      },
    });
    if (exitCode !== 0) throw buildFailure(plan, stderr, redact);
    const metadata = ResponseData.json(
      await readMetadata(metadataFile),
      'docker buildx build',
      'its metadata file',
    ).object();
    const digest = parseDigest(String(metadata['containerimage.digest'] ?? ''));
    if ('value' in digest) return { digest: digest.value, metadata: redactData(metadata, redact) };
    throw new ToolError('final', {
      what: `the build of ${plan.image.name} gave no digest`,
      why: `buildx ended well, but its metadata file has ${metadata['containerimage.digest'] === undefined ? 'no' : 'an unusable'} containerimage.digest`,
      next: 'Without a digest nothing says what was pushed. Put a step with docker/setup-buildx-action before this one to get a builder that reports it.',
    });
  }
}

/** Provenance of a large build is a few of them. */
const METADATA_BYTES = 64 * 1024 * 1024;

/** The text of the metadata file; an empty object when buildx wrote none. */
async function readMetadata(path: string): Promise<string> {
  try {
    const bytes = await readBytes(createReadStream(path), METADATA_BYTES, 'docker buildx build');
    const text = bytes.toString('utf8');
    return text.trim() === '' || text.trim() === 'null' ? '{}' : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
    throw error;
  }
}
