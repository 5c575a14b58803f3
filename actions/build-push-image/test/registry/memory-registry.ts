import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startServer, type TestServer } from '../../../../scripts/test-support/server.ts';

/** Responds itself, or returns `false` to leave the request to the registry. */
export type Peculiarity = (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean;

export const digestOf = (content: string | Buffer): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`;

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const IMAGE_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** A registry in memory that speaks the distribution API over HTTP. */
export class MemoryRegistry {
  /** By repository, then by tag or digest. */
  readonly manifests = new Map<string, { type: string; bytes: Buffer }>();
  readonly blobs = new Map<string, Buffer>();
  /** `GET /v2/web/manifests/1`, in the order in which they came. */
  readonly requests: string[] = [];
  readonly logins: string[] = [];
  /** Tried first for every request. */
  peculiarity: Peculiarity = () => false;
  /** Whether it has the referrers API. */
  referrers = false;
  #server: TestServer | undefined;

  async start(): Promise<this> {
    this.#server = await startServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        this.requests.push(`${request.method} ${(request.url ?? '').replace(/\?_.*/, '')}`);
        this.logins.push(request.headers.authorization ?? '-');
        if (!this.peculiarity(request, response, body)) this.respond(request, response, body);
      });
    });
    return this;
  }

  get host(): string {
    return this.#server?.host ?? '';
  }

  stop(): Promise<void> | undefined {
    return this.#server?.close();
  }

  count(pattern: RegExp): number {
    return this.requests.filter((request) => pattern.test(request)).length;
  }

  addBlob(repository: string, content: string | Buffer): { mediaType: string; digest: string; size: number } {
    const bytes = Buffer.from(content);
    this.blobs.set(`${repository}@${digestOf(bytes)}`, bytes);
    return { mediaType: 'application/octet-stream', digest: digestOf(bytes), size: bytes.length };
  }

  /** @returns the descriptor */
  addManifest(repository: string, manifest: object, ...tags: string[]) {
    const bytes = Buffer.from(JSON.stringify(manifest));
    const type = (manifest as { mediaType?: string }).mediaType ?? IMAGE_TYPE;
    const digest = digestOf(bytes);
    for (const target of [digest, ...tags]) this.manifests.set(`${repository}:${target}`, { type, bytes });
    return { mediaType: type, digest, size: bytes.length };
  }

  /** An image of one layer. */
  addImage(repository: string, layer: string | Buffer = 'layer', ...tags: string[]) {
    const config = this.addBlob(repository, `{"os":"linux","architecture":"arm64","of":"${digestOf(layer)}"}`);
    const layers = [this.addBlob(repository, layer)];
    return this.addManifest(repository, { schemaVersion: 2, mediaType: IMAGE_TYPE, config, layers }, ...tags);
  }

  addIndex(repository: string, manifests: object[], ...tags: string[]) {
    return this.addManifest(repository, { schemaVersion: 2, mediaType: INDEX_TYPE, manifests }, ...tags);
  }

  /** A signature of `subject`, or with `tag` what cosign stores under a tag. */
  addSignature(repository: string, text: string, { subject, tag }: { subject?: object; tag?: string }) {
    const artifactType = 'application/vnd.example.signature';
    const config = this.addBlob(repository, '{}');
    const layers = [this.addBlob(repository, text)];
    const manifest = { schemaVersion: 2, mediaType: IMAGE_TYPE, artifactType, config, layers };
    const signed = subject === undefined ? manifest : { ...manifest, subject };
    return { ...this.addManifest(repository, signed, ...(tag === undefined ? [] : [tag])), artifactType };
  }

  get(repository: string, target: string): { digest: string; data: Record<string, unknown> } | undefined {
    const manifest = this.manifests.get(`${repository}:${target}`);
    return manifest && { digest: digestOf(manifest.bytes), data: JSON.parse(manifest.bytes.toString()) };
  }

  private respond(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const url = new URL(request.url ?? '', `http://${this.host}`);
    const [, repository = '', kind = '', target = ''] =
      /^\/v2\/(.+?)\/(manifests|blobs\/uploads|blobs|tags|referrers)\/(.*)$/.exec(url.pathname) ?? [];
    const fail = (status: number, code: string) =>
      response.writeHead(status).end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
    const send = (content: Buffer | string, headers: Record<string, string> = {}) =>
      response.writeHead(200, { 'content-length': Buffer.byteLength(content), ...headers }).end(content);
    if (kind === 'manifests' && request.method === 'PUT') {
      const { subject, manifests = [] } = JSON.parse(body.toString());
      if (manifests.some(({ digest }: { digest: string }) => !this.manifests.has(`${repository}:${digest}`)))
        return void fail(404, 'MANIFEST_UNKNOWN');
      const type = request.headers['content-type'] ?? '';
      for (const name of [digestOf(body), target]) this.manifests.set(`${repository}:${name}`, { type, bytes: body });
      response.writeHead(201, this.referrers && subject ? { 'oci-subject': subject.digest } : {}).end();
    } else if (kind === 'manifests') {
      const manifest = this.manifests.get(`${repository}:${target}`);
      if (manifest === undefined) return void fail(404, 'MANIFEST_UNKNOWN');
      send(manifest.bytes, { 'content-type': manifest.type });
    } else if (kind === 'blobs') {
      const blob = this.blobs.get(`${repository}@${target}`);
      if (blob === undefined) return void fail(404, 'BLOB_UNKNOWN');
      send(blob);
    } else if (kind === 'blobs/uploads' && request.method === 'POST') {
      const [mount, from] = [url.searchParams.get('mount') ?? '', url.searchParams.get('from')];
      const mounted = from === null ? undefined : this.blobs.get(`${from}@${mount}`);
      if (mounted === undefined)
        return void response.writeHead(202, { location: `/v2/${repository}/blobs/uploads/1?_state=x` }).end();
      this.blobs.set(`${repository}@${mount}`, mounted);
      response.writeHead(201, { location: `/v2/${repository}/blobs/${mount}` }).end();
    } else if (kind === 'blobs/uploads') {
      if (url.searchParams.get('digest') !== digestOf(body)) return void fail(400, 'DIGEST_INVALID');
      this.addBlob(repository, body);
      response.writeHead(201).end();
    } else if (kind === 'tags') {
      const names = [...this.manifests.keys()].filter((name) => name.startsWith(`${repository}:`));
      send(JSON.stringify({ tags: names.map((name) => name.slice(repository.length + 1)) }));
    } else if (kind === 'referrers' && this.referrers) {
      send(
        JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: this.findReferrers(repository, target) }),
      );
    } else response.writeHead(404).end('404 page not found');
  }

  private findReferrers(repository: string, subject: string): object[] {
    return [...this.manifests].flatMap(([name, { type, bytes }]) => {
      const data = JSON.parse(bytes.toString());
      if (name !== `${repository}:${digestOf(bytes)}` || data.subject?.digest !== subject) return [];
      return [{ mediaType: type, digest: digestOf(bytes), size: bytes.length, artifactType: data.artifactType }];
    });
  }
}
