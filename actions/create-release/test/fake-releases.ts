import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ReleaseState, ReleaseSummary } from '../src/history/history.ts';
import type {
  Asset,
  AssetContent,
  GenerateNotesOptions,
  Release,
  ReleaseChanges,
  ReleaseFields,
  Releases,
} from '../src/releases/releases.ts';
import { FakeCalls, serverError } from './fake-calls.ts';

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

/** The releases of one repository in memory, with the rules of GitHub that matter here. */
export class FakeReleases extends FakeCalls implements Releases {
  readonly all = new Map<number, Release>();
  readonly files = new Map<number, Map<number, Asset>>();
  /** The text of each uploaded file. */
  readonly texts = new Map<number, string>();
  /** The release that has the badge. It loses it as a draft. */
  latest: number | undefined;
  /** Of the last generated notes. */
  configurationFile: string | undefined;
  /** Whether published releases become immutable. */
  immutable = false;
  /** Releases that lists do not show yet. */
  readonly hidden = new Set<number>();
  digests = true;
  notes = "## What's Changed\n* x\n\n\n**Full Changelog**: https://hub.test/compare";
  #nextId = 100;

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
      discussionUrl: undefined,
      tarballUrl: `https://hub.test/tarball/${id}`,
      zipballUrl: `https://hub.test/zipball/${id}`,
      uploadUrl: `https://hub.test/upload/${id}{?name,label}`,
      assets: [],
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

  state(tag: string) {
    return this.call('state', () => this.currentState(tag));
  }
  currentState(tag: string): ReleaseState {
    const summaries: ReleaseSummary[] = [...this.all.values()]
      .filter(({ id }) => !this.hidden.has(id))
      .map(({ id, tag, draft, prerelease }) => ({ id, tag, draft, prerelease }));
    return {
      ofTag: summaries.filter((release) => release.tag === tag),
      newest: summaries,
      latest: summaries.find(({ id, draft }) => id === this.latest && !draft),
    };
  }
  get(id: number) {
    return this.call('get', () => this.withAssets(this.release(id)));
  }
  create(fields: ReleaseFields) {
    return this.call('create', () => this.withAssets(this.add(this.checked(fields))));
  }
  update(id: number, changes: ReleaseChanges) {
    return this.call('update', () => {
      const before = this.release(id);
      const changed = { ...before, ...this.checked(changes, before) };
      const after = { ...changed, immutable: before.immutable || (this.immutable && !changed.draft) };
      this.all.set(id, after);
      if (changes.latest === true) this.latest = id;
      return this.withAssets(after);
    });
  }
  deleteRelease(id: number) {
    return this.call('deleteRelease', () => {
      this.all.delete(id);
      this.files.delete(id);
    });
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
      const asset = this.addAsset(release.id, { ...content, size: bytes.length, digest });
      this.texts.set(asset.id, bytes.toString());
      return asset;
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
  readAsset(id: number) {
    return this.call('readAsset', () => {
      const text = this.texts.get(id);
      if (text === undefined) throw serverError(404, 'Not Found');
      return text;
    });
  }
  generateNotes(tag: string, { previousTag, configurationFile }: GenerateNotesOptions) {
    this.configurationFile = configurationFile;
    return this.call('generateNotes', () => `${this.notes}/${previousTag ?? 'all'}...${tag}`);
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
  private withAssets(release: Release): Release {
    return { ...release, assets: [...this.assetsOf(release.id).values()] };
  }
  private checked(changes: ReleaseChanges, own?: Release): Partial<Release> {
    const { tag, name, body, draft, prerelease, discussionCategory } = changes;
    if (body !== undefined && body.length > 125_000)
      throw serverError(422, 'body is too long (maximum is 125000 characters)');
    const isTaken = [...this.all.values()].some(
      (release) => release.tag === tag && !release.draft && release.id !== own?.id,
    );
    if (isTaken && !(draft ?? own?.draft))
      throw serverError(422, 'Validation Failed', [{ code: 'already_exists', field: 'tag_name' }]);
    const given = { tag, name, body, draft, prerelease };
    const discussion = discussionCategory === undefined ? {} : { discussionUrl: 'https://hub.test/discussions/1' };
    return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), ...discussion };
  }
}
