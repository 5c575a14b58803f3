import { createHash } from 'node:crypto';
import type { Digest, ImageName, ImageTag } from '../../lib/identifiers.ts';
import type { Exec, ExecOptions, ExecResult } from '../../lib/processes/exec.ts';
import type { BuildPlan } from '../src/buildx/arguments.ts';
import type { Builder, BuildLog } from '../src/buildx/builder.ts';
import type { ImageJob } from '../src/images/image-job.ts';
import type { BuildOptions } from '../src/inputs/build-options.ts';
import type { Manifest } from '../src/registry/manifests/manifest.ts';
import type { CopyResult, Registry } from '../src/registry/registry.ts';
import { NO_AFFIXES, shaTag } from '../src/tags/tag-rules.ts';

/** A digest of one repeated hex digit. */
export const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}` as Digest;

export const ok = (stdout = ''): ExecResult => ({ exitCode: 0, stdout, stderr: '' });
export const failed = (line: string): ExecResult => ({ exitCode: 1, stdout: '', stderr: `ERROR: ${line}\n` });

/** A process starter whose results come from a function; it records the calls. */
export class FakeExec implements Exec {
  readonly calls: { tool: string; args: readonly string[]; options: ExecOptions }[] = [];
  readonly #respond: (args: readonly string[], call: number) => ExecResult | Promise<ExecResult>;

  constructor(respond: (args: readonly string[], call: number) => ExecResult | Promise<ExecResult>) {
    this.#respond = respond;
  }

  async run(tool: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
    this.calls.push({ tool, args, options });
    const result = await this.#respond(args, this.calls.length);
    for (const line of result.stderr.split('\n')) options.onErrorLine?.(line);
    return result;
  }
}

/** The result of a copy without signatures. */
export const COPIED: CopyResult = { referrers: 0, notCopied: [] };

/** Registries in memory. */
export class FakeRegistry implements Registry {
  readonly images = new Map<string, Manifest>();
  /** Predicate types of attestations, by the digest of the image. */
  readonly types = new Map<Digest, string[]>();
  readonly copies: { source: string; targets: readonly string[] }[] = [];
  readonly blobs = new Map<Digest, Buffer>();
  readonly merges: { sources: readonly string[]; targets: readonly string[] }[] = [];
  /** How often the tags were listed. */
  lists = 0;

  async find(reference: string): Promise<Manifest | undefined> {
    return this.images.get(reference);
  }

  async predicateTypes(_repository: string, { digest: imageDigest }: Manifest): Promise<string[]> {
    return this.types.get(imageDigest) ?? [];
  }

  /** What the builds were asked for, by the digest of the image. */
  readonly requests = new Map<Digest, string>();

  async buildRequest(_repository: string, { digest: imageDigest }: Manifest): Promise<string | undefined> {
    return this.requests.get(imageDigest);
  }

  async blob(_repository: string, blob: Digest): Promise<Buffer> {
    const content = this.blobs.get(blob);
    if (content === undefined) throw new Error(`${blob} does not exist`);
    return content;
  }

  /** The sizes of images that can be read. */
  readonly sizes = new Map<Digest, number>();

  async imageSize(_repository: string, image: Digest): Promise<number> {
    const size = this.sizes.get(image);
    if (size === undefined) throw new Error(`${image} does not exist`);
    return size;
  }

  async copy(source: string, targets: readonly string[]): Promise<CopyResult> {
    this.copies.push({ source, targets });
    const manifest = this.images.get(source);
    if (manifest === undefined) throw new Error(`${source} does not exist`);
    for (const target of targets) {
      this.images.set(target, manifest);
      this.images.set(`${target.replace(/[:@][^/]*$/, '')}@${manifest.digest}`, manifest);
    }
    return COPIED;
  }

  /** The merged image; its digest is of the platforms and images that it has. */
  async merge(repository: string, sources: readonly string[], targets: readonly string[]): Promise<Digest> {
    const manifests = sources.map((source) => {
      const manifest = this.images.get(source);
      if (manifest === undefined) throw new Error(`${source} does not exist`);
      return manifest;
    });
    const images = [
      ...new Map(manifests.flatMap((manifest) => manifest.images.map((image) => [image.platform, image]))).values(),
    ].sort((a, b) => ((a.platform ?? '') < (b.platform ?? '') ? -1 : 1));
    const contents = images.map((image) => `${image.platform} ${image.digest}`).join();
    const merged: Manifest = {
      digest: `sha256:${createHash('sha256').update(contents).digest('hex')}` as Digest,
      kind: 'index',
      images,
      attestations: manifests.flatMap(({ attestations }) => attestations),
      contents,
    };
    this.merges.push({ sources, targets });
    this.release(repository, merged);
    for (const target of targets) this.images.set(target, merged);
    return merged.digest;
  }

  async tags(repository: string): Promise<string[]> {
    this.lists++;
    return [...this.images.keys()].flatMap((reference) =>
      reference.startsWith(`${repository}:`) ? [reference.slice(repository.length + 1)] : [],
    );
  }

  /** Add an image with its digest and these tags, as another run does. */
  release(repository: string, manifest: Manifest, ...tags: string[]): void {
    for (const reference of [`@${manifest.digest}`, ...tags.map((tag) => `:${tag}`)])
      this.images.set(`${repository}${reference}`, manifest);
  }
}

/** A builder that "pushes" to a fake registry. */
export class FakeBuilder implements Builder {
  readonly plans: BuildPlan[] = [];
  /** The names of each export. */
  readonly exports: (readonly string[])[] = [];
  readonly #create: (plan: BuildPlan) => Manifest;
  readonly #registry: FakeRegistry;

  constructor(registry: FakeRegistry, create: (plan: BuildPlan) => Manifest) {
    this.#registry = registry;
    this.#create = create;
  }

  async build(plan: BuildPlan): Promise<{ digest: Digest; metadata: Record<string, unknown> }> {
    this.plans.push(plan);
    const manifest = this.#create(plan);
    if (plan.output === 'push') this.#registry.images.set(`${plan.repository}@${manifest.digest}`, manifest);
    return { digest: manifest.digest, metadata: { 'containerimage.digest': manifest.digest } };
  }

  async export(_plan: BuildPlan, names: readonly string[]): Promise<void> {
    this.exports.push(names);
  }
}

export const silent: BuildLog = {
  line: () => undefined,
  progress: () => undefined,
  notice: () => undefined,
  warning: () => undefined,
};

/** An index of one image, for linux/amd64 by default; the first digit is the digest of the index, the second that of the image. */
export function index(indexDigit: string, image: string, platform = 'linux/amd64'): Manifest {
  return {
    digest: digest(indexDigit),
    kind: 'index',
    images: [{ platform, digest: digest(image) }],
    attestations: [digest('f')],
    contents: image,
  };
}

export const noOptions: BuildOptions = {
  network: undefined,
  noCache: false,
  pull: false,
  addHosts: new Map(),
  ssh: [],
  cacheFrom: [],
  cacheTo: [],
  buildContexts: new Map(),
  outputs: [],
  load: false,
};

export const plan: BuildPlan = {
  image: {
    name: 'web' as ImageName,
    context: '/w/web',
    file: '/w/web/Dockerfile',
    target: undefined,
    buildArgs: new Map(),
    annotations: new Map(),
    secrets: [],
    options: noOptions,
    affixes: NO_AFFIXES,
  },
  repository: 'prod.example/web',
  platforms: [],
  labels: new Map(),
  output: 'push',
  archive: undefined,
  epoch: 7,
  cache: 'none',
  cacheBranch: 'main',
  noCache: false,
  provenance: 'mode=max',
  sbom: 'false',
  builderId: undefined,
  builder: undefined,
  extraArgs: [],
  workspace: '/w',
};

export const job: ImageJob = {
  name: 'web' as ImageName,
  key: 'web',
  repository: 'prod.example/web',
  otherRepositories: [],
  affixes: NO_AFFIXES,
  overwriteTags: false,
  laterCommits: async () => [],
  shaTagOf: (sha) => shaTag(sha),
  confirmSeconds: undefined,
  tags: [
    { name: '1.0.0' as ImageTag, moving: false },
    { name: 'latest' as ImageTag, moving: true },
  ],
  release: undefined,
  shaTag: 'sha-0123456789ab' as ImageTag,
  promotion: undefined,
  earlierCommits: async () => ({ commits: [], shallow: false }),
  plan,
  temporary: '/none',
  reproducible: true,
  readsSizes: false,
};

/** An index for two platforms, with attestations, as a registry returns it. */
export const INDEX = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [
    { digest: digest('a'), platform: { os: 'linux', architecture: 'amd64' } },
    { digest: digest('b'), platform: { os: 'linux', architecture: 'arm', variant: 'v7' } },
    {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digest('c'),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': digest('a') },
    },
  ],
};
