import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type Digest, parseDigest } from '../../../lib/identifiers.ts';
import type { Exec } from '../../../lib/processes/exec.ts';
import { ResponseData, readBytes } from '../../../lib/requests/responses.ts';
import { withRetries } from '../../../lib/requests/retry.ts';
import type { DockerHome } from '../docker/docker-home.ts';
import { redactData } from '../inputs/secrets.ts';
import { type BuildPlan, buildArguments } from './arguments.ts';
import { toBuildError, toUploadError } from './build-error.ts';
import { parseCheckWarnings, reportCheckWarnings } from './dockerfile-checks.ts';
import { exportArguments } from './export-arguments.ts';
import { createToolErrorClassifier, ToolError } from './tool-error.ts';
import { UploadLimit } from './upload-limit.ts';

export type Metadata = Record<string, unknown>;

export interface BuildResult {
  /** Of the pushed image, or with `output: 'check'` of the image that would have been pushed. */
  digest: Digest;
  /** What buildx reports about the build. */
  metadata: Metadata;
}

/** Receives the log of a build. */
export interface BuildLog {
  /** A line of the builder's log, as soon as the builder writes it. */
  line(text: string): void;
  /** What the action itself does. */
  progress(text: string): void;
  /** A message that the user should see without opening the log. */
  notice(text: string): void;
  /** A fault that does not fail the build, at its line in the workspace. */
  warning(text: string, location?: { file: string; line: number }): void;
}

export interface Builder {
  /** @throws {ToolError} with the builder's own message */
  build(plan: BuildPlan, log: BuildLog): Promise<BuildResult>;
  /**
   * Write the image that was just built to the outputs of its plan.
   * @param names references of the image, under which Docker lists it
   */
  export(plan: BuildPlan, names: readonly string[], log: BuildLog): Promise<void>;
}

export interface BuilderOptions {
  exec: Exec;
  home: DockerHome;
  retries: number;
  /** How long an upload may take of which the builder reports nothing; 0 for no limit. */
  uploadSeconds: number;
  redact: (text: string) => string;
}

/** Builds with `docker buildx build`. */
export class BuildxBuilder implements Builder {
  readonly #options: BuilderOptions;
  #builds = 0;

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  /** A broken cache does not fail the build: it is built again without the cache. */
  async build(plan: BuildPlan, log: BuildLog): Promise<BuildResult> {
    try {
      return await this.buildWithRetries(plan, log);
    } catch (error) {
      if (!(error instanceof ToolError) || error.kind !== 'cache') throw error;
      log.progress(`building without the cache, which cannot be used: ${error.why}`);
      const extraArgs = plan.extraArgs.filter((argument) => !/^--cache-(?:from|to)=/.test(argument));
      const options = { ...plan.image.options, cacheFrom: [], cacheTo: [] };
      const image = { ...plan.image, options };
      return this.buildWithRetries({ ...plan, cache: 'none', extraArgs, image }, log);
    }
  }

  async export(plan: BuildPlan, names: readonly string[], log: BuildLog): Promise<void> {
    await this.withRetries(() => this.run(plan, exportArguments(plan, names, this.nextMetadataFile()), { log }), log);
  }

  private buildWithRetries(plan: BuildPlan, log: BuildLog): Promise<BuildResult> {
    return this.withRetries(() => this.attempt(plan, log), log);
  }

  private withRetries<T>(work: () => Promise<T>, log: BuildLog): Promise<T> {
    const { retries } = this.#options;
    return withRetries(work, {
      retries,
      classify: createToolErrorClassifier(),
      onRetry: (error, attempt, seconds) =>
        log.progress(
          `transient error (${(error as ToolError).why.split('\n').at(-1)}); attempt ${attempt + 1} in ${seconds.toFixed(1)} s`,
        ),
    });
  }

  private async attempt(plan: BuildPlan, log: BuildLog): Promise<BuildResult> {
    const metadataFile = this.nextMetadataFile();
    await this.run(plan, buildArguments(plan, metadataFile), {
      log,
      onEnd: (output) => reportCheckWarnings(plan, parseCheckWarnings(output), log),
    });
    const metadata = ResponseData.json(
      await readMetadata(metadataFile),
      'docker buildx build',
      'its metadata file',
    ).object();
    const digest = parseDigest(String(metadata['containerimage.digest'] ?? ''));
    if ('value' in digest) return { digest: digest.value, metadata: redactData(metadata, this.#options.redact) };
    throw new ToolError('final', {
      what: `the build of ${plan.image.name} returned no digest`,
      why: `buildx succeeded, but its metadata file has ${metadata['containerimage.digest'] === undefined ? 'no' : 'an invalid'} containerimage.digest`,
      next: 'Without a digest it is unknown what was pushed. Run docker/setup-buildx-action before this step to get a builder that reports it.',
    });
  }

  /** @param onEnd receives the whole output, also of a build that failed */
  private async run(
    plan: BuildPlan,
    args: readonly string[],
    { log, onEnd }: { log: BuildLog; onEnd?: (output: string) => void },
  ): Promise<void> {
    const { exec, home, redact, uploadSeconds } = this.#options;
    const limit = new UploadLimit(uploadSeconds);
    const { exitCode, stderr } = await exec
      .run('docker', args, {
        env: home.env,
        cwd: plan.workspace,
        signal: limit.signal,
        onErrorLine: (line) => {
          limit.add(line);
          log.line(redact(line));
        },
      })
      .finally(() => limit.stop());
    onEnd?.(redact(stderr));
    if (exitCode === 0) return;
    if (limit.exceededBy !== undefined) throw toUploadError(plan, limit.exceededBy, uploadSeconds);
    throw toBuildError(plan, stderr, redact);
  }

  private nextMetadataFile(): string {
    return join(this.#options.home.scratch, `metadata-${++this.#builds}.json`);
  }
}

/** The provenance of a large build has a few MiB. */
const MAX_METADATA_BYTES = 64 * 1024 * 1024;

/** The content of the metadata file; an empty object when buildx did not write one. */
async function readMetadata(path: string): Promise<string> {
  try {
    const bytes = await readBytes(createReadStream(path), MAX_METADATA_BYTES, 'docker buildx build');
    const text = bytes.toString('utf8');
    return text.trim() === '' || text.trim() === 'null' ? '{}' : text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '{}';
    throw error;
  }
}
