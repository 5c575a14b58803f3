import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Asset, AssetContent, Release, ReleaseFields, Releases } from '../src/releases/releases.ts';

export function serverError(status: number, message = 'no', errors: unknown[] = []): Error {
  return Object.assign(new Error(message), { status, response: { headers: {}, data: { message, errors } } });
}

export const reset = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

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

/** The releases of one repository in memory, with GitHub's rules where they matter here. */
export class FakeReleases implements Releases {
  readonly all = new Map<number, Release>();
  readonly files = new Map<number, Map<number, Asset>>();
  readonly calls: string[] = [];
  latest: number | undefined;
  immutable = false;
  digests = true;
  notes = "## What's Changed\n* x\n\n\n**Full Changelog**: https://hub.test/compare";
  /** What a call does instead of, or before (`after: true`), its work. Returns nothing when the call is to go on. */
  injectFailure: (method: Method, count: number, when: 'before' | 'after') => Error | undefined = () => undefined;
  /** Runs before each call, for what other runs do in the meantime. */
  beforeCall: (method: Method, count: number) => void | Promise<void> = () => undefined;
  #next = 100;
  readonly #counts = new Map<string, number>();

  count(method: Method): number {
    return this.#counts.get(method) ?? 0;
  }

  add(fields: Partial<Release>): Release {
    const id = fields.id ?? this.#next++;
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

  addAsset(releaseId: number, from: AssetContent, change: Partial<Asset> = {}): Asset {
    const asset: Asset = {
      id: this.#next++,
      name: from.name,
      label: from.label,
      size: from.size,
      complete: true,
      digest: this.digests ? from.digest : undefined,
      url: `https://hub.test/download/${from.name}`,
      ...change,
    };
    this.assetsOf(releaseId).set(asset.id, asset);
    return asset;
  }

  ofTag(tag: string) {
    return this.call('ofTag', () =>
      [...this.all.values()].filter((each) => each.tag === tag).map((each) => this.seen(each)),
    );
  }
  get(id: number) {
    return this.call('get', () => this.seen(this.release(id)));
  }
  latestId() {
    return this.call('latestId', () => this.latest);
  }
  create(fields: ReleaseFields) {
    return this.call('create', () => this.seen(this.add(this.checked(fields))));
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
      return this.seen(after);
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
  async uploadAsset(release: Release, from: AssetContent) {
    const bytes = await buffer(await from.open());
    return this.call('uploadAsset', () => {
      if (this.release(release.id).immutable) throw serverError(422, 'Cannot upload assets to an immutable release.');
      if ([...this.assetsOf(release.id).values()].some(({ name }) => name === from.name))
        throw serverError(422, 'Validation Failed', [
          { resource: 'ReleaseAsset', code: 'already_exists', field: 'name' },
        ]);
      const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
      return this.addAsset(release.id, { ...from, size: bytes.length, digest });
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
  private seen(release: Release): Release {
    return { ...release, assetCount: this.assetsOf(release.id).size };
  }
  private checked({ tag, name, body, draft, prerelease }: ReleaseFields, own?: number): Partial<Release> {
    if (body.length > 125_000) throw serverError(422, 'body is too long (maximum is 125000 characters)');
    const taken = [...this.all.values()].some((each) => each.tag === tag && !each.draft && each.id !== own);
    if (taken && !draft) throw serverError(422, 'Validation Failed', [{ code: 'already_exists', field: 'tag_name' }]);
    return { tag, name, body, draft, prerelease };
  }
}
