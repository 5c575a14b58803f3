import { annotate, group, info } from '../../lib/commands.ts';
import { ActionError, messageOf } from '../../lib/errors.ts';
import { statusOf } from '../../lib/github.ts';
import { explain, isTaken } from './explain.ts';
import { once, Superseded, type Waiting } from './once.ts';
import { checkAssets, placeAssets } from './place-assets.ts';
import type { Asset, Release, ReleaseFields, Releases } from './releases.ts';
import { planAssets } from './rules/asset-plan.ts';
import { canonical, duplicates, isMarkedBy, markBody, withoutMark } from './rules/canonical.ts';
import { differences } from './rules/differences.ts';
import { settlePublished } from './settle-published.ts';
import type { Outcome, Wanted } from './wanted.ts';

/** How often a run starts anew when others take its release over; each time fewer runs are left to do so. */
const MAX_TAKEOVERS = 5;

export interface RunOptions {
  /** A text that no other run has; it marks drafts until they are finished. */
  run: string;
  waiting: Waiting;
  /** Told of the release as soon as there is one. */
  opened: (release: Release, created: boolean) => Promise<void>;
  /** Told of the release's files as soon as all are there and checked. */
  uploaded: (assets: readonly Asset[]) => Promise<void>;
}

/**
 * Bring the wanted release about: find or draft it, upload and check its files, publish it once.
 * A crash anywhere leaves a draft that the next run finishes; runs at the same time end with one release.
 * @throws {ActionError} saying what was being done
 */
export async function bringAbout(wanted: Wanted, releases: Releases, options: RunOptions): Promise<Outcome> {
  const publication = new Publication(wanted, releases, options);
  for (let takeover = 1; ; takeover++) {
    try {
      return await publication.attempt();
    } catch (error) {
      if (!publication.wasTakenOver(error) || takeover === MAX_TAKEOVERS) throw explain(error, publication.action);
      info(`${messageOf(error)}; looking again`);
    }
  }
}

class Publication {
  readonly #wanted: Wanted;
  readonly #releases: Releases;
  readonly #options: RunOptions;
  /** The drafts that this run made. */
  readonly #made = new Set<number>();
  /** Whether there is a release on which this attempt works. */
  #holding = false;
  /** What is being done, as a noun phrase for errors. */
  action = '';

  constructor(wanted: Wanted, releases: Releases, options: RunOptions) {
    this.#wanted = wanted;
    this.#releases = releases;
    this.#options = options;
  }

  /** A draft that is gone (404) was a duplicate that another run, which published the release, has tidied away. */
  wasTakenOver(error: unknown): boolean {
    return error instanceof Superseded || (this.#holding && statusOf(error) === 404);
  }

  async attempt(): Promise<Outcome> {
    this.#holding = false;
    this.action = `listing the releases of ${this.#wanted.tag}`;
    let all = await this.#releases.ofTag(this.#wanted.tag);
    if (all.length === 0) all = await this.#draft();
    const release = canonical(all);
    if (release === undefined) throw new Superseded(this.#wanted.tag, 'the draft is gone');
    this.#holding = true;
    const created = this.#made.has(release.id);
    await this.#tidy(all, release);
    await this.#options.opened(release, created);
    if (!release.draft) {
      this.action = `updating the release ${this.#wanted.tag}`;
      return { ...(await settlePublished(release, this.#wanted, this.#releases, this.#options)), created };
    }
    info(`${created ? 'made' : 'found'} the draft ${release.url}`);
    const uploaded = await this.#fill(release, created);
    if (uploaded || !created || all.length > 1) await this.#checkTurn(release);
    return this.#finish(release, created, all);
  }

  /** Make a draft and list again, for another run may have made one at the same moment. */
  async #draft(): Promise<Release[]> {
    this.action = `creating the release ${this.#wanted.tag}`;
    const find = async () =>
      (await this.#releases.ofTag(this.#wanted.tag)).find((each) => isMarkedBy(each, this.#options.run));
    const fields = {
      ...withoutAssets(this.#wanted),
      body: markBody(this.#wanted.body, this.#options.run),
      draft: true,
      latest: undefined,
    };
    const own = await once(() => this.#releases.create(fields), find, this.#options.waiting);
    this.#made.add(own.id);
    this.action = `listing the releases of ${this.#wanted.tag}`;
    const all = await this.#releases.ofTag(this.#wanted.tag);
    // The list may lag behind.
    return all.some(({ id }) => id === own.id) ? all : [...all, own];
  }

  async #tidy(all: readonly Release[], chosen: Release): Promise<void> {
    for (const duplicate of duplicates(all, chosen, this.#options.run)) {
      this.action = `deleting the duplicate draft ${duplicate.id}`;
      await this.#releases.remove(duplicate.id);
      info(`deleted the duplicate draft ${duplicate.id} of ${this.#wanted.tag}`);
    }
  }

  /** @returns whether files had to be uploaded */
  async #fill(release: Release, created: boolean): Promise<boolean> {
    this.action = `listing the files of ${this.#wanted.tag}`;
    const existing = created && release.assetCount === 0 ? [] : await this.#releases.assets(release.id);
    const plan = planAssets(this.#wanted.assets, existing, { trustSize: false });
    if (plan.others.length > 0) {
      const names = plan.others.map(({ name }) => name).join(', ');
      const message = `The draft also holds ${names}; it stays.`;
      annotate({ level: 'notice', title: 'create-release: files of others', message });
    }
    if (plan.keep.length > 0) info(`${plan.keep.length} files are there already`);
    if (plan.add.length + plan.replace.length === 0) {
      await this.#options.uploaded(existing);
      return false;
    }
    this.action = `uploading the files of ${this.#wanted.tag}`;
    await group(`Uploading ${plan.add.length + plan.replace.length} files`, () =>
      placeAssets(plan, release, this.#releases, this.#options.waiting),
    );
    this.action = `listing the files of ${this.#wanted.tag}`;
    const assets = await this.#releases.assets(release.id);
    checkAssets(this.#wanted.assets, assets, release);
    await this.#options.uploaded(assets);
    return true;
  }

  /** Go on only while this is still the release that counts and still a draft. */
  async #checkTurn(release: Release): Promise<void> {
    this.action = `listing the releases of ${this.#wanted.tag}`;
    const chosen = canonical(await this.#releases.ofTag(this.#wanted.tag));
    if (chosen?.id !== release.id) throw new Superseded(this.#wanted.tag, `another run works on release ${chosen?.id}`);
    if (!chosen.draft) throw new Superseded(this.#wanted.tag, 'another run published it');
  }

  async #finish(release: Release, created: boolean, all: readonly Release[]): Promise<Outcome> {
    this.action = `${this.#wanted.draft ? 'finishing the draft of' : 'publishing the release'} ${this.#wanted.tag}`;
    // A draft that a person wrote keeps its text when this step has none.
    const body = this.#wanted.body === '' ? withoutMark(release.body) : this.#wanted.body;
    const latest = !this.#wanted.draft && (await this.#wanted.latest());
    const fields: ReleaseFields = { ...withoutAssets(this.#wanted), body, latest };
    if (this.#wanted.draft && differences(release, fields).length === 0)
      return { release, assets: await this.#finalAssets(release), created, changed: false, latest };

    const isDone = async () => {
      const is = await this.#releases.get(release.id);
      return differences(is, fields).length === 0 ? is : undefined;
    };
    const finished = await once(() => this.#releases.update(release.id, fields), isDone, this.#options.waiting).catch(
      (error) => {
        if (isTaken(error)) throw new Superseded(this.#wanted.tag, 'another run published it');
        throw error;
      },
    );
    if (finished.draft !== this.#wanted.draft) {
      throw new ActionError({
        what: `the release ${this.#wanted.tag} was not published`,
        why: 'the server accepted the change, yet the release is still a draft',
        next: `Run the job again, or publish it by hand: ${finished.url}`,
      });
    }
    if (!finished.draft) await this.#tidy(all, finished);
    return { release: finished, assets: await this.#finalAssets(finished), created, changed: true, latest };
  }

  /** A file's address is final only when the release is published. */
  async #finalAssets(release: Release): Promise<Asset[]> {
    if (this.#wanted.assets.length === 0 && release.assetCount === 0) return [];
    this.action = `listing the files of ${this.#wanted.tag}`;
    return this.#releases.assets(release.id);
  }
}

function withoutAssets({ tag, target, name, body, draft, prerelease }: Wanted): Omit<ReleaseFields, 'latest'> {
  return { tag, target, name, body, draft, prerelease };
}
