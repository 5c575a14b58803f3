import type { Digest } from '../../../lib/identifiers.ts';
import { registryHost } from '../../../lib/images/references.ts';
import type { Exec } from '../../../lib/processes/exec.ts';
import type { ProcessLimits } from '../../../lib/processes/limits.ts';
import { InvalidResponseError, ResponseData } from '../../../lib/requests/responses.ts';
import { withRetries } from '../../../lib/requests/retry.ts';
import { classifyToolError, nextStep, parseFailure, ToolError } from '../buildx/tool-error.ts';
import { findCredentials } from '../docker/credentials.ts';
import type { DockerHome } from '../docker/docker-home.ts';
import { Distribution } from './distribution.ts';
import { formatPlatform, type Manifest, parseManifest, parsePredicateTypes } from './manifest.ts';
import type { Registry } from './registry.ts';

export interface BuildxOptions {
  exec: Exec;
  home: DockerHome;
  /** The builder whose registry settings (mirrors, plain HTTP, certificates) are used; the current one when `undefined`. */
  builder: string | undefined;
  retries: number;
  onRetry: (error: unknown, attempt: number, waitSeconds: number) => void;
}

/** Of one request. Registries accept manifests of up to 4 MiB (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests). */
const INSPECT_LIMITS: ProcessLimits = { seconds: 120, output: 8 };

function limitError({ what, host }: { what: string; host: string }, exceeded: string): ToolError {
  const kind = exceeded.endsWith('seconds') ? 'transient' : 'final';
  return new ToolError(kind, { what, why: `the response of ${host} took ${exceeded}`, next: nextStep(kind, host) });
}

/**
 * Registries through `docker buildx imagetools`: it finds credentials, mirrors and certificates as the build does, mounts blobs across repositories,
 * checks every digest, and copies attestations and signatures with the image. Only the tags are listed through the registry's own API.
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
    const platform = this.parse(reference, configuration, (text, server) =>
      formatPlatform(ResponseData.json(text, server, 'the configuration')),
    );
    return { ...manifest, images: [{ platform, digest: manifest.digest }] };
  }

  async predicateTypes(repository: string, manifest: Manifest): Promise<string[]> {
    const types = await Promise.all(
      manifest.attestations.map(async (digest: Digest) => {
        const reference = `${repository}@${digest}`;
        const raw = await this.inspect(reference, ['--raw']);
        return raw === undefined ? [] : this.parse(reference, raw, parsePredicateTypes);
      }),
    );
    return types.flat().sort();
  }

  async tags(repository: string): Promise<string[]> {
    const { exec, home, retries } = this.#options;
    const host = registryHost(repository);
    const credentials = await findCredentials(host, home, exec);
    return new Distribution({ host, credentials, retries }).tags(repository);
  }

  async copy(source: string, targets: readonly string[]): Promise<void> {
    const tags = targets.flatMap((target) => ['--tag', target]);
    // Without `--prefer-index=false` an image without an index would get a new index, and with it a new digest.
    const result = await this.run(['create', '--progress', 'plain', '--prefer-index=false', ...tags, source], source, {
      what: `copying ${source} to ${targets.join(', ')} failed`,
      host: registryHost(targets[0] ?? source),
    });
    if (result === undefined)
      throw new ToolError('missing', {
        what: `copying ${source} failed`,
        why: 'the registry reports that the image does not exist',
        next: nextStep('missing', registryHost(source)),
      });
  }

  private inspect(reference: string, options: readonly string[]): Promise<string | undefined> {
    return this.run(['inspect', ...options, reference], reference, {
      what: `inspecting ${reference} failed`,
      host: registryHost(reference),
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
        if (exceeded !== undefined) throw limitError(failure, exceeded);
        if (exitCode === 0) return stdout;
        const { kind, message } = parseFailure(stderr);
        if (kind === 'missing') return undefined;
        // A copy uses two registries: the error is about the one that the message names.
        const host = [failure.host, registryHost(source)].find((name) => message.includes(name)) ?? failure.host;
        throw new ToolError(kind, { what: failure.what, why: message, next: nextStep(kind, host) });
      },
      { retries, onRetry, classify: classifyToolError },
    );
  }

  private parse<T>(reference: string, text: string, parse: (text: string, server: string) => T): T {
    try {
      return parse(text, `the registry ${registryHost(reference)}`);
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
