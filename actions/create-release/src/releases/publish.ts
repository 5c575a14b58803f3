import { ActionError, messageOf } from '../../../lib/errors.ts';
import { statusOf } from '../../../lib/requests/github.ts';
import { annotate, group, info } from '../../../lib/runner/commands.ts';
import { planAssets } from '../assets/asset-plan.ts';
import { assertAssets, uploadAssets } from '../assets/upload-assets.ts';
import { addDraftMarker, canonicalRelease, duplicateDrafts, isDraftOf, removeDraftMarker } from './canonical.ts';
import type { DesiredRelease, PublishOptions, PublishResult } from './desired-release.ts';
import { findDifferences } from './differences.ts';
import { explainReleaseError, isAlreadyExists } from './errors.ts';
import type { Asset, Release, ReleaseFields, Releases } from './releases.ts';
import { ConcurrentRunError, retryIdempotently } from './retry.ts';
import { updatePublished } from './update-published.ts';

/** How often a run starts again after a concurrent run took over its release; each time fewer such runs remain. */
const MAX_ATTEMPTS = 5;

/**
 * Ensure that the release exists: find or draft it, upload and check its files, publish it once.
 * A crash at any point leaves a draft that the next run completes; concurrent runs end with one release.
 * @throws {ActionError} that says what was being done
 */
export async function ensureRelease(
  desired: DesiredRelease,
  releases: Releases,
  options: PublishOptions,
): Promise<PublishResult> {
  const publication = new Publication(desired, releases, options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await publication.attempt();
    } catch (error) {
      if (!publication.lostRace(error) || attempt === MAX_ATTEMPTS)
        throw explainReleaseError(error, publication.action);
      info(`${messageOf(error)}; starting again`);
    }
  }
}

class Publication {
  readonly #desired: DesiredRelease;
  readonly #releases: Releases;
  readonly #options: PublishOptions;
  /** The drafts that this run created. */
  readonly #created = new Set<number>();
  /** Whether this attempt has chosen the release that it works on. */
  #hasRelease = false;
  /** What is being done, as a noun phrase, for errors. */
  action = '';

  constructor(desired: DesiredRelease, releases: Releases, options: PublishOptions) {
    this.#desired = desired;
    this.#releases = releases;
    this.#options = options;
  }

  /** A draft that no longer exists (404) was a duplicate: the run that published the release has deleted it. */
  lostRace(error: unknown): boolean {
    return error instanceof ConcurrentRunError || (this.#hasRelease && statusOf(error) === 404);
  }

  async attempt(): Promise<PublishResult> {
    this.#hasRelease = false;
    this.action = `listing the releases of ${this.#desired.tag}`;
    let all = await this.#releases.listForTag(this.#desired.tag);
    if (all.length === 0) all = await this.#createDraft();
    const release = canonicalRelease(all);
    if (release === undefined) throw new ConcurrentRunError(this.#desired.tag, 'the draft no longer exists');
    this.#hasRelease = true;
    const created = this.#created.has(release.id);
    await this.#deleteDuplicates(all, release);
    await this.#options.onRelease(release, created);
    if (!release.draft) {
      this.action = `updating the release ${this.#desired.tag}`;
      return {
        ...(await updatePublished(release, this.#desired, { releases: this.#releases, ...this.#options })),
        created,
      };
    }
    info(`${created ? 'created' : 'found'} the draft ${release.url}`);
    const uploaded = await this.#uploadFiles(release, created);
    if (uploaded || !created || all.length > 1) await this.#assertStillCanonical(release);
    return this.#finish(release, created, all);
  }

  /** Create a draft and list again, because a concurrent run may have created one too. */
  async #createDraft(): Promise<Release[]> {
    this.action = `creating the release ${this.#desired.tag}`;
    const find = async () =>
      (await this.#releases.listForTag(this.#desired.tag)).find((release) => isDraftOf(release, this.#options.runId));
    const fields = {
      ...withoutAssets(this.#desired),
      body: addDraftMarker(this.#desired.body, this.#options.runId),
      draft: true,
      latest: undefined,
    };
    const draft = await retryIdempotently(() => this.#releases.create(fields), find, this.#options.retry);
    this.#created.add(draft.id);
    this.action = `listing the releases of ${this.#desired.tag}`;
    const all = await this.#releases.listForTag(this.#desired.tag);
    // The list may not contain it yet.
    return all.some(({ id }) => id === draft.id) ? all : [...all, draft];
  }

  async #deleteDuplicates(all: readonly Release[], kept: Release): Promise<void> {
    for (const duplicate of duplicateDrafts(all, kept, this.#options.runId)) {
      this.action = `deleting the duplicate draft ${duplicate.id}`;
      await this.#releases.deleteRelease(duplicate.id);
      info(`deleted the duplicate draft ${duplicate.id} of ${this.#desired.tag}`);
    }
  }

  /** @returns whether files had to be uploaded */
  async #uploadFiles(release: Release, created: boolean): Promise<boolean> {
    this.action = `listing the files of ${this.#desired.tag}`;
    const existing = created && release.assetCount === 0 ? [] : await this.#releases.assets(release.id);
    const plan = planAssets(this.#desired.assets, existing, { trustSize: false });
    if (plan.unrelated.length > 0) {
      const names = plan.unrelated.map(({ name }) => name).join(', ');
      const message = `The draft also contains ${names}, which this step does not change.`;
      annotate({ level: 'notice', title: 'create-release: other files in the draft', message });
    }
    if (plan.keep.length > 0) info(`${plan.keep.length} files are already uploaded`);
    if (plan.add.length + plan.replace.length === 0) {
      await this.#options.onAssets(existing);
      return false;
    }
    this.action = `uploading the files of ${this.#desired.tag}`;
    await group(`Uploading ${plan.add.length + plan.replace.length} files`, () =>
      uploadAssets(plan, release, { releases: this.#releases, retry: this.#options.retry }),
    );
    this.action = `listing the files of ${this.#desired.tag}`;
    const assets = await this.#releases.assets(release.id);
    assertAssets(this.#desired.assets, assets, release);
    await this.#options.onAssets(assets);
    return true;
  }

  /** Continue only while this is still the canonical release, and still a draft. */
  async #assertStillCanonical(release: Release): Promise<void> {
    this.action = `listing the releases of ${this.#desired.tag}`;
    const canonical = canonicalRelease(await this.#releases.listForTag(this.#desired.tag));
    if (canonical?.id !== release.id)
      throw new ConcurrentRunError(this.#desired.tag, `another run works on release ${canonical?.id}`);
    if (!canonical.draft) throw new ConcurrentRunError(this.#desired.tag, 'another run published it');
  }

  async #finish(release: Release, created: boolean, all: readonly Release[]): Promise<PublishResult> {
    this.action = `${this.#desired.draft ? 'completing the draft of' : 'publishing the release'} ${this.#desired.tag}`;
    // A draft that a person wrote keeps its text when this step has none.
    const body = this.#desired.body === '' ? removeDraftMarker(release.body) : this.#desired.body;
    const latest = !this.#desired.draft && (await this.#desired.mayBecomeLatest());
    const fields: ReleaseFields = { ...withoutAssets(this.#desired), body, latest };
    if (this.#desired.draft && findDifferences(release, fields).length === 0)
      return { release, assets: await this.#finalAssets(release), created, changed: false, latest };

    const findUpdated = async () => {
      const current = await this.#releases.get(release.id);
      return findDifferences(current, fields).length === 0 ? current : undefined;
    };
    const finished = await retryIdempotently(
      () => this.#releases.update(release.id, fields),
      findUpdated,
      this.#options.retry,
    ).catch((error) => {
      if (isAlreadyExists(error)) throw new ConcurrentRunError(this.#desired.tag, 'another run published it');
      throw error;
    });
    if (finished.draft !== this.#desired.draft) {
      throw new ActionError({
        what: `the release ${this.#desired.tag} was not published`,
        why: 'the server accepted the change, but the release is still a draft',
        next: `Run the job again, or publish it by hand: ${finished.url}`,
      });
    }
    if (!finished.draft) await this.#deleteDuplicates(all, finished);
    return { release: finished, assets: await this.#finalAssets(finished), created, changed: true, latest };
  }

  /** The address of a file is final only when the release is published. */
  async #finalAssets(release: Release): Promise<Asset[]> {
    if (this.#desired.assets.length === 0 && release.assetCount === 0) return [];
    this.action = `listing the files of ${this.#desired.tag}`;
    return this.#releases.assets(release.id);
  }
}

function withoutAssets({ tag, target, name, body, draft, prerelease }: DesiredRelease): Omit<ReleaseFields, 'latest'> {
  return { tag, target, name, body, draft, prerelease };
}
