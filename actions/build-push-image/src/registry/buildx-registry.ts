import type { Exec } from '../../../lib/exec.ts';
import type { Digest } from '../../../lib/identifiers.ts';
import type { ProcessLimits } from '../../../lib/process-limits.ts';
import { InvalidResponseError, ResponseData } from '../../../lib/responses.ts';
import { withRetries } from '../../../lib/retry.ts';
import { classifyTool, nextStep, readFailure, ToolError } from '../buildx/tool-error.ts';
import { credentialsFor } from '../docker/credentials.ts';
import { hostOf } from '../docker/docker-config.ts';
import type { DockerHome } from '../docker/docker-home.ts';
import { Distribution } from './distribution.ts';
import { type Manifest, parseManifest, platformText, predicateTypes } from './manifest.ts';
import type { Registry } from './registry.ts';

export interface BuildxOptions {
  exec: Exec;
  home: DockerHome;
  /** The builder whose registry settings (mirrors, plain HTTP, certificates) hold; the current one when `undefined`. */
  builder: string | undefined;
  retries: number;
  onRetry: (error: unknown, attempt: number, waitSeconds: number) => void;
}

/** Of one question. Registries take manifests of up to 4 MiB (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests). */
const INSPECT_LIMITS: ProcessLimits = { seconds: 120, output: 8 };

function tooMuch({ what, host }: { what: string; host: string }, exceeded: string): ToolError {
  const kind = exceeded.endsWith('seconds') ? 'passing' : 'final';
  return new ToolError(kind, { what, why: `the answer of ${host} took ${exceeded}`, next: nextStep(kind, host) });
}

/**
 * Registries by `docker buildx imagetools`: it finds credentials, mirrors and certificates as the build does, mounts blobs across repositories,
 * checks every digest on its way, and copies attestations and signatures with the image.
 */
export class BuildxRegistry implements Registry {
  readonly #options: BuildxOptions;

  constructor(options: BuildxOptions) {
    this.#options = options;
  }

  async find(reference: string): Promise<Manifest | undefined> {
    const raw = await this.inspect(reference, ['--raw']);
    if (raw === undefined) return undefined;
    const manifest = this.parse(reference, raw, parseManifest);
    if (manifest.kind === 'index') return manifest;
    const configuration = await this.inspect(reference, ['--format', '{{json .Image}}']);
    if (configuration === undefined) return undefined;
    const platform = this.parse(reference, configuration, (text, from) =>
      platformText(ResponseData.json(text, from, 'the configuration')),
    );
    return { ...manifest, images: [{ platform, digest: manifest.digest }] };
  }

  async statements(repository: string, manifest: Manifest): Promise<string[]> {
    const kinds = await Promise.all(
      manifest.attestations.map(async (digest: Digest) => {
        const reference = `${repository}@${digest}`;
        const raw = await this.inspect(reference, ['--raw']);
        return raw === undefined ? [] : this.parse(reference, raw, predicateTypes);
      }),
    );
    return kinds.flat().sort();
  }

  async tags(repository: string): Promise<string[]> {
    const { exec, home, retries } = this.#options;
    const host = hostOf(repository);
    const credentials = await credentialsFor(host, home, exec);
    return new Distribution({ host, credentials, retries }).tags(repository);
  }

  async copy(source: string, targets: readonly string[]): Promise<void> {
    const tags = targets.flatMap((target) => ['--tag', target]);
    // Without `--prefer-index=false` one image without an index would get a new index around it, and with that a new digest.
    const result = await this.run(['create', '--progress', 'plain', '--prefer-index=false', ...tags, source], source, {
      what: `copying ${source} to ${targets.join(', ')} failed`,
      host: hostOf(targets[0] ?? source),
    });
    if (result === undefined)
      throw new ToolError('missing', {
        what: `copying ${source} failed`,
        why: 'the registry says that the image is not there',
        next: nextStep('missing', hostOf(source)),
      });
  }

  private inspect(reference: string, options: readonly string[]): Promise<string | undefined> {
    return this.run(['inspect', ...options, reference], reference, {
      what: `looking at ${reference} failed`,
      host: hostOf(reference),
      limits: INSPECT_LIMITS,
    });
  }

  /** The standard output, or `undefined` when the source is missing. */
  private run(
    args: readonly string[],
    source: string,
    { limits = {}, ...failure }: { what: string; host: string; limits?: ProcessLimits },
  ): Promise<string | undefined> {
    const { exec, home, builder, retries, onRetry } = this.#options;
    const global = builder === undefined ? [] : ['--builder', builder];
    return withRetries(
      async () => {
        const call = ['buildx', 'imagetools', ...args, ...global];
        const { exitCode, stdout, stderr, exceeded } = await exec.run('docker', call, { env: home.env, limits });
        if (exceeded !== undefined) throw tooMuch(failure, exceeded);
        if (exitCode === 0) return stdout;
        const { kind, words } = readFailure(stderr);
        if (kind === 'missing') return undefined;
        // The host in the error is the one that the tool names, if it does: a copy talks to two.
        const host = [failure.host, hostOf(source)].find((each) => words.includes(each)) ?? failure.host;
        throw new ToolError(kind, { what: failure.what, why: words, next: nextStep(kind, host) });
      },
      { retries, onRetry, classify: classifyTool },
    );
  }

  private parse<T>(reference: string, text: string, parse: (text: string, from: string) => T): T {
    try {
      return parse(text, `the registry ${hostOf(reference)}`);
    } catch (error) {
      if (!(error instanceof InvalidResponseError)) throw error;
      throw new ToolError('final', {
        what: `${reference} is not an image`,
        why: error.message,
        next: 'Check the reference, and that `docker buildx imagetools inspect` shows an image for it.',
        cause: error,
      });
    }
  }
}
