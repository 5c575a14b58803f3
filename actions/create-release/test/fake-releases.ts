import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Asset, AssetContent, Release, ReleaseFields, Releases } from '../src/releases/releases.ts';

export function serverError(status: number, message = 'no', errors: unknown[] = []): Error {
  return Object.assign(new Error(message), { status, response: { headers: {}, data: { message, errors } } });
}

export const connectionReset = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

export function content(name: string, text: string): AssetContent {
  const bytes = Buffer.from(text);
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    name,
    label: undefined,
    size: bytes.length,
    digest,
    contentType: 'text/plain',
    open: () => Readable.from([bytes]),
  };
}

type Method = keyof Releases;

/** The releases of one repository in memory, with the rules of GitHub that matter here. */
export class FakeReleases implements Releases {
  readonly all = new Map<number, Release>();
  readonly files = new Map<number, Map<number, Asset>>();
  readonly calls: string[] = [];
  latest: number | undefined;
  immutable = false;
  digests = true;
  notes = "## What's Changed\n* x\n\n\n**Full Changelog**: https://hub.test/compare";
  /** The error of a call, thrown before or after its work; `undefined` lets the call succeed. */
  injectFailure: (method: Method, count: number, when: 'before' | 'after') => Error | undefined = () => undefined;
  /** Runs before each call, for the changes of a concurrent run. */
  beforeCall: (method: Method, count: number) => void | Promise<void> = () => undefined;
  #nextId = 100;
  readonly #counts = new Map<string, number>();

  count(method: Method): number {
    return this.#counts.get(method) ?? 0;
  }

  add(fields: Partial<Release>): Release {
    const id = fields.id ?? this.#nextId++;
    const release: Release = {
      id,
      tag: 'v1.0.0',
      name: 'v1.0.0',
      body: '',
      draft: true,
      prerelease: false,
      immutable: false,
      url: `https://hub.test/releases/${id}`,
      uploadUrl: `https://hub.test/upload/${id}{?name,label}`,
      assetCount: 0,
      ...fields,
    };
    this.all.set(id, release);
    this.files.set(id, new Map());
    return release;
  }

  addAsset(releaseId: number, content: AssetContent, change: Partial<Asset> = {}): Asset {
    const asset: Asset = {
      id: this.#nextId++,
      name: content.name,
      label: content.label,
      size: content.size,
      complete: true,
      digest: this.digests ? content.digest : undefined,
      url: `https://hub.test/download/${content.name}`,
      ...change,
    };
    this.assetsOf(releaseId).set(asset.id, asset);
    return asset;
  }

  listForTag(tag: string) {
    return this.call('listForTag', () =>
      [...this.all.values()].filter((release) => release.tag === tag).map((release) => this.withAssetCount(release)),
    );
  }
  get(id: number) {
    return this.call('get', () => this.withAssetCount(this.release(id)));
  }
  latestId() {
    return this.call('latestId', () => this.latest);
  }
  create(fields: ReleaseFields) {
    return this.call('create', () => this.withAssetCount(this.add(this.checked(fields))));
  }
  update(id: number, fields: ReleaseFields) {
    return this.call('update', () => {
      const before = this.release(id);
      const after = {
        ...before,
        ...this.checked(fields, id),
        immutable: before.immutable || (this.immutable && !fields.draft),
      };
      this.all.set(id, after);
      if (fields.latest === true) this.latest = id;
      return this.withAssetCount(after);
    });
  }
  deleteRelease(id: number) {
    return this.call('deleteRelease', () => {
      this.all.delete(id);
      this.files.delete(id);
    });
  }
  assets(releaseId: number) {
    return this.call('assets', () => [...this.assetsOf(releaseId).values()]);
  }
  async uploadAsset(release: Release, content: AssetContent) {
    const bytes = await buffer(await content.open());
    return this.call('uploadAsset', () => {
      if (this.release(release.id).immutable) throw serverError(422, 'Cannot upload assets to an immutable release.');
      if ([...this.assetsOf(release.id).values()].some(({ name }) => name === content.name))
        throw serverError(422, 'Validation Failed', [
          { resource: 'ReleaseAsset', code: 'already_exists', field: 'name' },
        ]);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      return this.addAsset(release.id, { ...content, size: bytes.length, digest });
    });
  }
  deleteAsset(id: number) {
    return this.call('deleteAsset', () => {
      for (const [releaseId, assets] of this.files) {
        if (!assets.has(id)) continue;
        if (this.release(releaseId).immutable) throw serverError(422, 'Cannot delete asset from an immutable release');
        assets.delete(id);
      }
    });
  }
  generateNotes(tag: string, _target: string | undefined, previous: string | undefined) {
    return this.call('generateNotes', () => `${this.notes}/${previous ?? 'all'}...${tag}`);
  }

  private async call<T>(method: Method, work: () => T): Promise<T> {
    const count = this.count(method) + 1;
    this.#counts.set(method, count);
    this.calls.push(method);
    await this.beforeCall(method, count);
    const before = this.injectFailure(method, count, 'before');
    if (before !== undefined) throw before;
    const result = work();
    const after = this.injectFailure(method, count, 'after');
    if (after !== undefined) throw after;
    return result;
  }

  private release(id: number): Release {
    const release = this.all.get(id);
    if (release === undefined) throw serverError(404, 'Not Found');
    return release;
  }
  private assetsOf(id: number): Map<number, Asset> {
    const assets = this.files.get(id);
    if (assets === undefined) throw serverError(404, 'Not Found');
    return assets;
  }
  private withAssetCount(release: Release): Release {
    return { ...release, assetCount: this.assetsOf(release.id).size };
  }
  private checked({ tag, name, body, draft, prerelease }: ReleaseFields, ownId?: number): Partial<Release> {
    if (body.length > 125_000) throw serverError(422, 'body is too long (maximum is 125000 characters)');
    const isTaken = [...this.all.values()].some(
      (release) => release.tag === tag && !release.draft && release.id !== ownId,
    );
    if (isTaken && !draft) throw serverError(422, 'Validation Failed', [{ code: 'already_exists', field: 'tag_name' }]);
    return { tag, name, body, draft, prerelease };
  }
}
