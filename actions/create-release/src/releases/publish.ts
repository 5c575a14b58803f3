import { ActionError, messageOf } from '../../../lib/errors.ts';
import { statusOf } from '../../../lib/requests/github.ts';
import { annotate, info } from '../../../lib/runner/commands.ts';
import { syncAssets } from '../assets/sync-assets.ts';
import type { ReleaseState } from '../history/history.ts';
import { addDraftMarker, canonicalRelease, duplicateDrafts, isDraftOf, isUnfinishedDraft } from './canonical.ts';
import type { DesiredRelease, PublishOptions, PublishResult } from './desired-release.ts';
import { findDifferences } from './differences.ts';
import { explainReleaseError, isAlreadyExists, isPermanentRefusal } from './errors.ts';
import { markedText, mergeText } from './release-text.ts';
import type { Release, ReleaseFields, Releases } from './releases.ts';
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
      return await publication.attempt(attempt === 1 ? options.known : undefined);
    } catch (error) {
      if (!publication.lostRace(error) || attempt === MAX_ATTEMPTS) throw await publication.giveUp(error);
      info(`${messageOf(error)}; starting again`);
    }
  }
}

class Publication {
  readonly #desired: DesiredRelease;
  readonly #releases: Releases;
  readonly #options: PublishOptions;
  /** The drafts that this run created. They are known by their ids: lists can lag. */
  readonly #created = new Set<number>();
  /** The latest release as last read. */
  #latestId: number | undefined;
  /** Whether this attempt has chosen the release that it works on. */
  #hasRelease = false;
  /** What is being done, as a noun phrase, for errors. */
  #action = '';

  constructor(desired: DesiredRelease, releases: Releases, options: PublishOptions) {
    this.#desired = desired;
    this.#releases = releases;
    this.#options = options;
  }

  /** A draft that no longer exists (404) was a duplicate: the run that published the release has deleted it. */
  lostRace(error: unknown): boolean {
    return error instanceof ConcurrentRunError || (this.#hasRelease && statusOf(error) === 404);
  }

  /** The error to show. A draft of this run that can never be published is deleted. */
  async giveUp(error: unknown): Promise<Error> {
    const explained = explainReleaseError(error, this.#action, { createsTag: this.#desired.target !== undefined });
    if (!isPermanentRefusal(error)) return explained;
    for (const id of this.#created) {
      // The refusal is the error to show, also when the draft cannot be deleted.
      const outcome = await this.#releases.deleteRelease(id).then(() => 'deleted', messageOf);
      info(`the draft ${id}, which cannot be published: ${outcome}`);
    }
    return explained;
  }

  async attempt(known: ReleaseState | undefined): Promise<PublishResult> {
    this.#hasRelease = false;
    let all = await this.#find(known);
    if (all.length === 0) {
      const draft = await this.#createDraft();
      // The draft of a concurrent run is shared, so that one draft gets the files of all; only publishing is exclusive.
      all = this.#desired.draft ? await this.#find(undefined) : [draft];
    }
    const release = canonicalRelease(all);
    if (release === undefined) throw new ConcurrentRunError(this.#desired.tag, 'the draft no longer exists');
    this.#hasRelease = true;
    const created = this.#created.has(release.id);
    await this.#deleteDuplicates(all, release);
    await this.#options.onRelease(release, created);
    if (!release.draft) {
      this.#action = `updating the release ${this.#desired.tag}`;
      const options = { releases: this.#releases, isLatest: this.#latestId === release.id, ...this.#options };
      return { ...(await updatePublished(release, this.#desired, options)), created };
    }
    info(`${created ? 'created' : 'found'} the draft ${release.url}`);
    const current = await this.#uploadFiles(release);
    if (!created || this.#desired.draft) await this.#assertStillCanonical(release);
    return this.#finish(current, created);
  }

  /** The releases of the tag, those of this run included. */
  async #find(known: ReleaseState | undefined): Promise<Release[]> {
    this.#action = `listing the releases of ${this.#desired.tag}`;
    const { ofTag, latest } = known ?? (await this.#releases.state(this.#desired.tag));
    this.#latestId = latest?.id;
    const ids = new Set([...ofTag.map(({ id }) => id), ...this.#created]);
    const found = await Promise.all([...ids].map((id) => this.#getIfExists(id)));
    return found.filter((release) => release?.tag === this.#desired.tag) as Release[];
  }

  async #getIfExists(id: number): Promise<Release | undefined> {
    try {
      return await this.#releases.get(id);
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      this.#created.delete(id);
      return undefined;
    }
  }

  async #createDraft(): Promise<Release> {
    const { tag, target, name = tag, text, prerelease, defaults } = this.#desired;
    const find = async () => (await this.#find(undefined)).find((release) => isDraftOf(release, this.#options.runId));
    const fields: ReleaseFields = {
      tag,
      target,
      name,
      body: addDraftMarker(markedText(text), this.#options.runId),
      draft: true,
      prerelease: prerelease ?? defaults.prerelease,
      latest: undefined,
    };
    this.#action = `creating the release ${tag}`;
    const draft = await retryIdempotently(() => this.#releases.create(fields), find, {
      ...this.#options.retry,
      action: this.#action,
    });
    this.#created.add(draft.id);
    return draft;
  }

  async #deleteDuplicates(all: readonly Release[], kept: Release): Promise<void> {
    for (const duplicate of duplicateDrafts(all, kept, this.#options.runId)) {
      this.#action = `deleting the duplicate draft ${duplicate.id}`;
      await this.#releases.deleteRelease(duplicate.id);
      this.#created.delete(duplicate.id);
      info(`deleted the duplicate draft ${duplicate.id} of ${this.#desired.tag}`);
    }
  }

  /** The release with its files, and with what a person has edited since. */
  async #uploadFiles(release: Release): Promise<Release> {
    this.#action = `uploading the files of ${this.#desired.tag}`;
    const { checksums, otherFiles } = this.#desired;
    const { retry } = this.#options;
    const options = { releases: this.#releases, retry, checksums, otherFiles, trustSize: false };
    const { release: current } = await syncAssets(release, this.#desired.assets, options);
    await this.#options.onAssets(current.assets);
    return current;
  }

  /** Continue only while this is still the canonical release, and still a draft. */
  async #assertStillCanonical(release: Release): Promise<void> {
    this.#action = `listing the releases of ${this.#desired.tag}`;
    const { ofTag } = await this.#releases.state(this.#desired.tag);
    const canonical = canonicalRelease(ofTag.some(({ id }) => id === release.id) ? ofTag : [...ofTag, release]);
    if (canonical?.id !== release.id)
      throw new ConcurrentRunError(this.#desired.tag, `another run works on release ${canonical?.id}`);
    if (!canonical.draft) throw new ConcurrentRunError(this.#desired.tag, 'another run published it');
  }

  async #finish(release: Release, created: boolean): Promise<PublishResult> {
    const { desired, fields, notice } = this.#draftFields(release, created);
    this.#action = `${desired.draft ? 'completing the draft of' : 'publishing the release'} ${desired.tag}`;
    if (notice !== undefined) annotate({ level: 'notice', title: 'create-release: a draft existed', message: notice });
    if (desired.draft && findDifferences(release, fields).length === 0)
      return { release, assets: release.assets, created, changed: false };

    const findUpdated = async () => {
      const current = await this.#releases.get(release.id);
      return findDifferences(current, fields).length === 0 ? current : undefined;
    };
    const finished = await retryIdempotently(() => this.#releases.update(release.id, fields), findUpdated, {
      ...this.#options.retry,
      action: this.#action,
    }).catch((error) => {
      if (isAlreadyExists(error)) throw new ConcurrentRunError(desired.tag, 'another run published it');
      throw error;
    });
    if (finished.draft !== desired.draft) {
      throw new ActionError({
        what: `the release ${desired.tag} was not published`,
        why: 'the server accepted the change, but the release is still a draft',
        next: `Run the job again, or publish it by hand: ${finished.url}`,
      });
    }
    return { release: finished, assets: finished.assets, created, changed: true };
  }

  /** What the draft becomes. What a person wrote in it stays, unless the step was asked to change it. */
  #draftFields(release: Release, created: boolean) {
    const desired = this.#desired;
    const text = mergeText(release.body, desired.text, desired.bodyMode);
    const prerelease = desired.prerelease ?? release.prerelease;
    const isLatest = desired.latest ?? (desired.defaults.latest && !prerelease);
    const fields = {
      tag: desired.tag,
      ...(desired.target === undefined ? {} : { target: desired.target }),
      name: desired.name ?? (release.name || desired.tag),
      body: text.body,
      draft: desired.draft,
      prerelease,
      latest: desired.draft ? undefined : isLatest,
      discussionCategory: desired.discussionCategory,
    };
    const kept = [
      ...(text.how === undefined ? [] : [`its text ${text.how}`]),
      ...(fields.name === desired.tag || fields.name === desired.name ? [] : [`its title "${fields.name}" was kept`]),
      ...(prerelease === (desired.prerelease ?? desired.defaults.prerelease)
        ? []
        : [`it is ${prerelease ? '' : 'not '}marked as a pre-release, as before`]),
    ];
    const isOwn = created || isUnfinishedDraft(release);
    const notice =
      isOwn || kept.length === 0
        ? undefined
        : `${desired.tag} had a draft: ${kept.join('; ')}. Set name, prerelease or body-mode to change that.`;
    return { desired, fields, notice };
  }
}
