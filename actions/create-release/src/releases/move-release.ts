import { setTimeout as sleep } from 'node:timers/promises';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { statusOf } from '../../../lib/requests/github.ts';
import { info } from '../../../lib/runner/commands.ts';
import { otherAssets, planAssets } from '../assets/asset-plan.ts';
import { checksumProblems } from '../assets/checksums.ts';
import { syncAssets } from '../assets/sync-assets.ts';
import type { History, TagRef } from '../history/history.ts';
import { addDraftMarker, canonicalRelease, duplicateDrafts, isUnfinishedDraft } from './canonical.ts';
import type { DesiredRelease, PublishOptions, PublishResult } from './desired-release.ts';
import { type DesiredFields, findDifferences } from './differences.ts';
import { explainReleaseError, isAlreadyExists, isPermanentRefusal } from './errors.ts';
import { markedText, mergeText } from './release-text.ts';
import type { Release, ReleaseChanges, Releases } from './releases.ts';
import { ConcurrentRunError, retryIdempotently } from './retry.ts';

/** How often a run starts again after a concurrent run moved the tag. */
const MAX_ATTEMPTS = 5;

export interface MoveOptions extends PublishOptions {
  history: History;
  /** Where the tag should point. */
  commit: CommitSha;
  /** Where it pointed when the run began. */
  from: CommitSha | undefined;
}

/**
 * Release a tag that moves, such as `nightly`. The new release is drafted with all its files first; then the published one is hidden, the tag is moved,
 * and the new one is published; {@link checkPublished} deletes the hidden one. So no file is ever published under the commit of another. A run that ends at any point leaves a
 * state that the next run completes; when the tag may not be moved, the old release is published again.
 * @throws {ActionError} that says what was being done
 */
export async function moveRelease(
  desired: DesiredRelease,
  releases: Releases,
  options: MoveOptions,
): Promise<PublishResult> {
  const move = new Move(desired, releases, options);
  for (let attempt = 1; ; attempt++) {
    try {
      return await move.attempt();
    } catch (error) {
      const isLost = error instanceof ConcurrentRunError || (move.hasRelease && statusOf(error) === 404);
      if (!isLost || attempt === MAX_ATTEMPTS) {
        const explained = explainReleaseError(error, move.action);
        if (isPermanentRefusal(error)) await move.discardDrafts();
        throw explained;
      }
      info(`${messageOf(error)}; starting again`);
      await (options.retry.wait ?? ((seconds: number) => sleep(seconds * 1000)))(attempt);
    }
  }
}

type MovedFields = ReleaseChanges & DesiredFields;

class Move {
  readonly #desired: DesiredRelease;
  readonly #releases: Releases;
  readonly #options: MoveOptions;
  readonly #created = new Set<number>();
  /** The latest release as last read. */
  #latestId: number | undefined;
  hasRelease = false;
  /** What is being done, as a noun phrase, for errors. */
  action = '';

  constructor(desired: DesiredRelease, releases: Releases, options: MoveOptions) {
    this.#desired = desired;
    this.#releases = releases;
    this.#options = options;
  }

  async attempt(): Promise<PublishResult> {
    const { tag } = this.#desired;
    const { commit, history } = this.#options;
    this.hasRelease = false;
    this.action = `listing the releases of ${tag}`;
    const all = await this.#find();
    const old = all.find(({ draft }) => !draft);
    const tagged = await history.readTag(tag);
    // The release that a run has hidden which ended before it published: what a person wrote in it stays.
    const hidden = canonicalRelease(
      all.filter((release) => isUnfinishedDraft(release) && !this.#created.has(release.id)),
    );
    const fields = this.#fields(old ?? hidden);
    if (old?.immutable) throw immutableError(tag);
    if (old !== undefined && tagged.commit === commit && (await this.#isDone(old, fields))) {
      await this.#options.onRelease(old, this.#created.has(old.id));
      info(`${tag} is already at ${commit} with these files`);
      this.action = `deleting the duplicate drafts of ${tag}`;
      for (const { id } of duplicateDrafts(all, old, this.#options.runId)) await this.#releases.deleteRelease(id);
      return { release: old, assets: old.assets, created: false, changed: false };
    }
    if (await this.#isNewer(tagged.commit)) {
      info(`${tag} is at ${tagged.commit}, which is newer than ${commit}; it is not moved back`);
      await this.#deleteOwnDrafts();
      if (old === undefined || this.#created.has(old.id))
        throw new ConcurrentRunError(tag, 'another run moves it to a newer commit');
      return { release: old, assets: old.assets, created: false, changed: false };
    }

    // A draft of its own: that of another run may get the files of another commit.
    const draft = all.find(({ id, draft }) => draft && this.#created.has(id)) ?? (await this.#createDraft());
    this.hasRelease = true;
    await this.#options.onRelease(draft, true);
    await this.#uploadFiles(draft);
    if ((await history.readTag(tag)).oid !== tagged.oid) throw new ConcurrentRunError(tag, 'another run moved the tag');
    const replaced = old && (await this.#readAgain(old));
    if (replaced !== undefined) await this.#hide(replaced);
    await this.#moveTag(tagged, replaced);
    this.action = `publishing the release ${tag}`;
    const published = await this.#publish(draft, this.#fields(replaced ?? hidden));
    if ((await history.readTag(tag)).commit !== commit) throw new ConcurrentRunError(tag, 'another run moved the tag');
    return { release: published, assets: published.assets, created: true, changed: true };
  }

  async #find(): Promise<Release[]> {
    const { ofTag, latest } = await this.#releases.state(this.#desired.tag);
    this.#latestId = latest?.id;
    const ids = new Set([...ofTag.map(({ id }) => id), ...this.#created]);
    const found = await Promise.all(
      [...ids].map((id) =>
        this.#releases.get(id).catch((error: unknown) => {
          if (statusOf(error) === 404) return undefined;
          throw error;
        }),
      ),
    );
    return found.filter((release) => release?.tag === this.#desired.tag) as Release[];
  }

  #fields(old: Release | undefined): MovedFields {
    const { tag, name, text, bodyMode, prerelease, latest, defaults, discussionCategory } = this.#desired;
    const isPrerelease = prerelease ?? old?.prerelease ?? defaults.prerelease;
    return {
      tag,
      name: name ?? (old?.name || tag),
      body: mergeText(old?.body ?? '', text, bodyMode).body,
      draft: false,
      prerelease: isPrerelease,
      // A release that is the latest stays the latest when it moves.
      latest: latest ?? ((defaults.latest || old?.id === this.#latestId) && !isPrerelease),
      discussionCategory,
    };
  }

  async #isDone(old: Release, fields: MovedFields): Promise<boolean> {
    const { assets, checksums } = this.#desired;
    const plan = planAssets(assets, old.assets, { trustSize: true });
    const others = otherAssets(plan, checksums && assets.length > 0);
    if (plan.add.length + plan.replace.length + others.length > 0 || findDifferences(old, fields).length > 0)
      return false;
    if (!checksums || assets.length === 0) return true;
    return (await checksumProblems(old.assets, assets, { releases: this.#releases, all: true })).length === 0;
  }

  /** Whether a concurrent run has moved the tag, since this run began, to a commit that contains this run's. */
  async #isNewer(tagged: CommitSha | undefined): Promise<boolean> {
    const { commit, from, history } = this.#options;
    if (tagged === undefined || tagged === commit || tagged === from) return false;
    this.action = `comparing ${commit} with ${this.#desired.tag}`;
    return (await history.compare(commit, tagged))?.behind === 0;
  }

  async #createDraft(): Promise<Release> {
    const { tag, name = tag, text, prerelease, defaults } = this.#desired;
    const { runId, retry } = this.#options;
    this.action = `creating the release ${tag}`;
    const fields = {
      tag,
      target: undefined,
      name,
      body: addDraftMarker(markedText(text), runId),
      draft: true,
      prerelease: prerelease ?? defaults.prerelease,
      latest: undefined,
    };
    const find = async () => (await this.#find()).find(({ body }) => body.includes(runId));
    const draft = await retryIdempotently(() => this.#releases.create(fields), find, { ...retry, action: this.action });
    this.#created.add(draft.id);
    return draft;
  }

  async #uploadFiles(draft: Release): Promise<void> {
    const { assets: desired, tag, checksums } = this.#desired;
    const { retry } = this.#options;
    this.action = `uploading the files of ${tag}`;
    const options = { releases: this.#releases, retry, checksums, otherFiles: 'remove' as const, trustSize: false };
    const { release } = await syncAssets(draft, desired, options);
    await this.#options.onAssets(release.assets);
  }

  /** A person may have edited the old release during the upload. A concurrent run that has hidden it has marked its text. */
  async #readAgain(old: Release): Promise<Release> {
    this.action = `reading the release ${old.tag}`;
    const current = await this.#releases.get(old.id);
    return current.draft ? old : current;
  }

  /** The old release becomes an unfinished draft, which this run or the next one deletes. */
  async #hide(old: Release): Promise<void> {
    this.action = `replacing the release ${old.tag}`;
    const body = addDraftMarker(old.body, this.#options.runId);
    await this.#update(old.id, { tag: old.tag, draft: true, body }, ({ draft }) => draft);
  }

  /** Move the tag, unless a concurrent run has moved it. When it may not be moved, the old release is published again. */
  async #moveTag(from: TagRef, old: Release | undefined): Promise<void> {
    const { commit, history, retry } = this.#options;
    const { tag } = this.#desired;
    if (from.commit === commit) return;
    this.action = `moving the tag ${tag}`;
    const findMoved = async () => ((await history.readTag(tag)).commit === commit ? true : undefined);
    try {
      await retryIdempotently(
        async () => {
          await history.replaceTag(tag, { from, to: commit });
          return true;
        },
        findMoved,
        { ...retry, action: this.action },
      );
      info(from.oid === undefined ? `created ${tag} at ${commit}` : `moved ${tag} from ${from.commit} to ${commit}`);
    } catch (error) {
      if (statusOf(error) === 409) throw new ConcurrentRunError(tag, 'another run moved the tag');
      if (old !== undefined) {
        // GitHub makes a newly published release the latest, unless the request says otherwise.
        const latest = this.#latestId === old.id;
        await this.#update(old.id, { tag, draft: false, body: old.body, latest }, ({ draft }) => !draft);
        info(`published the old release of ${tag} again`);
      }
      await this.#deleteOwnDrafts();
      throw error;
    }
  }

  async #publish(draft: Release, fields: MovedFields): Promise<Release> {
    try {
      return await this.#update(draft.id, fields, (current) => findDifferences(current, fields).length === 0);
    } catch (error) {
      if (isAlreadyExists(error)) throw new ConcurrentRunError(fields.tag, 'another run published it');
      throw error;
    }
  }

  #update(id: number, changes: ReleaseChanges, isDone: (release: Release) => boolean): Promise<Release> {
    const findUpdated = async () => {
      const current = await this.#releases.get(id);
      return isDone(current) ? current : undefined;
    };
    return retryIdempotently(() => this.#releases.update(id, changes), findUpdated, {
      ...this.#options.retry,
      action: this.action,
    });
  }

  /** Delete the drafts of this run, which can never be published. The refusal is the error to show, also when this fails. */
  async discardDrafts(): Promise<void> {
    for (const id of this.#created) {
      const outcome = await this.#discardDraft(id).catch(messageOf);
      info(`the draft ${id}, which cannot be published: ${outcome}`);
    }
  }

  async #discardDraft(id: number): Promise<string> {
    if (!(await this.#releases.get(id)).draft) return 'published';
    await this.#releases.deleteRelease(id);
    return 'deleted';
  }

  async #deleteOwnDrafts(): Promise<void> {
    for (const id of this.#created) await this.#releases.deleteRelease(id);
  }
}

function immutableError(tag: string): ActionError {
  return new ActionError({
    what: `the release ${tag} cannot move`,
    why: 'it is immutable: its tag and its files have been locked since it was published',
    next: 'Turn immutable releases off for this repository (Settings, General, Releases), delete the release and use a new tag, or release under a new tag each time.',
  });
}
