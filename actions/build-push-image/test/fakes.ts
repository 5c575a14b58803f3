import type { Exec, ExecOptions, ExecResult } from '../../lib/exec.ts';
import type { Digest, ImageName, ImageTag } from '../../lib/identifiers.ts';
import type { BuildPlan } from '../src/buildx/arguments.ts';
import type { Builder, BuildLog } from '../src/buildx/builder.ts';
import type { Order } from '../src/images/image-job.ts';
import type { Manifest } from '../src/registry/manifest.ts';
import type { Registry } from '../src/registry/registry.ts';

/** A digest of one repeated hex digit. */
export const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}` as Digest;

export const ok = (stdout = ''): ExecResult => ({ exitCode: 0, stdout, stderr: '' });
export const failed = (line: string): ExecResult => ({ exitCode: 1, stdout: '', stderr: `ERROR: ${line}\n` });

/** A process starter that answers each call by a function and remembers the calls. */
export class FakeExec implements Exec {
  readonly calls: { tool: string; args: readonly string[]; options: ExecOptions }[] = [];
  readonly #answer: (args: readonly string[], call: number) => ExecResult | Promise<ExecResult>;

  constructor(answer: (args: readonly string[], call: number) => ExecResult | Promise<ExecResult>) {
    this.#answer = answer;
  }

  async run(tool: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
    this.calls.push({ tool, args, options });
    const result = await this.#answer(args, this.calls.length);
    for (const line of result.stderr.split('\n')) options.onErrorLine?.(line);
    return result;
  }
}

/** Registries in memory. */
export class FakeRegistry implements Registry {
  readonly images = new Map<string, Manifest>();
  readonly kinds = new Map<Digest, string[]>();
  readonly copies: { source: string; targets: readonly string[] }[] = [];
  /** How often the tags were listed. */
  lists = 0;

  async find(reference: string): Promise<Manifest | undefined> {
    return this.images.get(reference);
  }

  async statements(_repository: string, { digest: own }: Manifest): Promise<string[]> {
    return this.kinds.get(own) ?? [];
  }

  async copy(source: string, targets: readonly string[]): Promise<void> {
    this.copies.push({ source, targets });
    const manifest = this.images.get(source);
    if (manifest === undefined) throw new Error(`${source} is not there`);
    for (const target of targets) this.images.set(target, manifest);
  }

  async tags(repository: string): Promise<string[]> {
    this.lists++;
    return [...this.images.keys()].flatMap((reference) =>
      reference.startsWith(`${repository}:`) ? [reference.slice(repository.length + 1)] : [],
    );
  }

  /** An image under its digest and these tags, as another run leaves it. */
  release(repository: string, manifest: Manifest, ...tags: string[]): void {
    for (const reference of [`@${manifest.digest}`, ...tags.map((tag) => `:${tag}`)])
      this.images.set(`${repository}${reference}`, manifest);
  }
}

/** A builder that "pushes" into a fake registry what it is told to. */
export class FakeBuilder implements Builder {
  readonly plans: BuildPlan[] = [];
  readonly #make: (plan: BuildPlan) => Manifest;
  readonly #registry: FakeRegistry;

  constructor(registry: FakeRegistry, make: (plan: BuildPlan) => Manifest) {
    this.#registry = registry;
    this.#make = make;
  }

  async build(plan: BuildPlan): Promise<{ digest: Digest; metadata: Record<string, unknown> }> {
    this.plans.push(plan);
    const manifest = this.#make(plan);
    if (plan.output === 'push') this.#registry.images.set(`${plan.repository}@${manifest.digest}`, manifest);
    return { digest: manifest.digest, metadata: { 'containerimage.digest': manifest.digest } };
  }
}

export const silent: BuildLog = { line: () => undefined, progress: () => undefined, notice: () => undefined };

/** An index of one image for linux/amd64; the first digit is the index's own digest, the second the image's. */
export function index(own: string, image: string): Manifest {
  return {
    digest: digest(own),
    kind: 'index',
    images: [{ platform: 'linux/amd64', digest: digest(image) }],
    attestations: [digest('f')],
    contents: image,
  };
}

export const plan: BuildPlan = {
  image: {
    name: 'web' as ImageName,
    context: '/w/web',
    file: '/w/web/Dockerfile',
    target: undefined,
    buildArgs: new Map(),
    annotations: new Map(),
    secrets: [],
  },
  repository: 'prod.example/web',
  platforms: [],
  labels: new Map(),
  output: 'push',
  epoch: 7,
  cache: 'none',
  fresh: false,
  provenance: 'mode=max',
  sbom: 'false',
  builderId: undefined,
  builder: undefined,
  extraArgs: [],
  workspace: '/w',
};

export const order: Order = {
  name: 'web' as ImageName,
  repository: 'prod.example/web',
  tags: [
    { name: '1.0.0' as ImageTag, moving: false },
    { name: 'latest' as ImageTag, moving: true },
  ],
  release: undefined,
  shaTag: 'sha-0123456789ab' as ImageTag,
  promotion: undefined,
  plan,
  reproducible: true,
};
