import { annotate, group, info } from '../../lib/commands.ts';
import { ActionError, messageOf } from '../../lib/errors.ts';
import { statusOf } from '../../lib/github.ts';
import { explain, isTaken } from './explain.ts';
import { once, Superseded, type Waiting } from './once.ts';
import { checkAssets, placeAssets } from './place-assets.ts';
import type { Asset, AssetContent, Release, ReleaseFields, Releases } from './releases.ts';
import { planAssets } from './rules/asset-plan.ts';
import { canonical, duplicates, isMarkedBy, markBody, withoutMark } from './rules/canonical.ts';
import { differences } from './rules/differences.ts';
import { settlePublished } from './settle-published.ts';

export interface Wanted extends Omit<ReleaseFields, 'latest'> {
  assets: readonly AssetContent[];
  /** The user's own word about the mark of the latest release, if there is one. */
  makeLatest: boolean | undefined;
  /** Whether a release that is already published may be changed. */
  update: boolean;
  /** Asked just before publishing: a newer version may have been tagged meanwhile. */
  latest: () => Promise<boolean>;
}

export interface Outcome {
  release: Release;
  assets: Asset[];
  /** Whether this run made the release. */
  created: boolean;
  /** Whether this run published or changed it. */
  changed: boolean;
  latest: boolean;
}

/** How often a run starts anew when others take its release over; each time fewer runs are left to do so. */
const MAX_TAKEOVERS = 5;

/**
 * Bring the wanted release about: find or draft it, upload and check its files, publish it once.
 * A crash anywhere leaves a draft that the next run finishes; runs at the same time end with one release.
 * @param run a text that no other run has; it marks drafts until they are finished
 * @param opened told of the release as soon as there is one
 */
export async function bringAbout(
  wanted: Wanted,
  releases: Releases,
  {
    run,
    waiting,
    opened,
  }: { run: string; waiting: Waiting; opened: (release: Release, created: boolean) => Promise<void> },
): Promise<Outcome> {
  const made = new Set<number>();
  let action = '';
  let holding = false;
  const now = (next: string): void => {
    action = next;
  };
  for (let takeover = 1; ; takeover++) {
    holding = false;
    try {
      return await attempt();
    } catch (error) {
      // A draft that is gone (404) was a duplicate that another run, which published the release, has tidied away.
      const superseded = error instanceof Superseded || (holding && statusOf(error) === 404);
      if (!superseded || takeover === MAX_TAKEOVERS) throw explain(error, action);
      info(`${messageOf(error)}; looking again`);
    }
  }

  async function attempt(): Promise<Outcome> {
    now(`listing the releases of ${wanted.tag}`);
    let all = await releases.ofTag(wanted.tag);
    if (all.length === 0) all = await draft();
    const release = canonical(all);
    if (release === undefined) throw new Superseded(wanted.tag, 'the draft is gone');
    holding = true;
    const created = made.has(release.id);
    await tidy(all, release);
    await opened(release, created);
    if (!release.draft) {
      now(`updating the release ${wanted.tag}`);
      return { ...(await settlePublished(release, wanted, releases, waiting)), created };
    }
    info(`${created ? 'made' : 'found'} the draft ${release.url}`);
    const uploaded = await fill(release, created);
    if (uploaded || !created || all.length > 1) await checkTurn(release);
    return finish(release, created, all);
  }

  /** Make a draft and list again, for another run may have made one at the same moment. */
  async function draft(): Promise<Release[]> {
    now(`creating the release ${wanted.tag}`);
    const find = async () => (await releases.ofTag(wanted.tag)).find((each) => isMarkedBy(each, run));
    const fields = { ...withoutAssets(wanted), body: markBody(wanted.body, run), draft: true, latest: undefined };
    const own = await once(() => releases.create(fields), find, waiting);
    made.add(own.id);
    now(`listing the releases of ${wanted.tag}`);
    const all = await releases.ofTag(wanted.tag);
    // The list may lag behind.
    return all.some(({ id }) => id === own.id) ? all : [...all, own];
  }

  async function tidy(all: readonly Release[], chosen: Release): Promise<void> {
    for (const duplicate of duplicates(all, chosen, run)) {
      now(`deleting the duplicate draft ${duplicate.id}`);
      await releases.remove(duplicate.id);
      info(`deleted the duplicate draft ${duplicate.id} of ${wanted.tag}`);
    }
  }

  /** @returns whether files had to be uploaded */
  async function fill(release: Release, created: boolean): Promise<boolean> {
    now(`listing the files of ${wanted.tag}`);
    const existing = created && release.assetCount === 0 ? [] : await releases.assets(release.id);
    const plan = planAssets(wanted.assets, existing, { trustSize: false });
    if (plan.others.length > 0) {
      const names = plan.others.map(({ name }) => name).join(', ');
      const message = `The draft also holds ${names}; it stays.`;
      annotate({ level: 'notice', title: 'create-release: files of others', message });
    }
    if (plan.keep.length > 0) info(`${plan.keep.length} files are there already`);
    if (plan.add.length + plan.replace.length === 0) return false;
    now(`uploading the files of ${wanted.tag}`);
    await group(`Uploading ${plan.add.length + plan.replace.length} files`, () =>
      placeAssets(plan, release, releases, waiting),
    );
    now(`listing the files of ${wanted.tag}`);
    checkAssets(wanted.assets, await releases.assets(release.id), release);
    return true;
  }

  /** Go on only while this is still the release that counts and still a draft. */
  async function checkTurn(release: Release): Promise<void> {
    now(`listing the releases of ${wanted.tag}`);
    const chosen = canonical(await releases.ofTag(wanted.tag));
    if (chosen?.id !== release.id) throw new Superseded(wanted.tag, `another run works on release ${chosen?.id}`);
    if (!chosen.draft) throw new Superseded(wanted.tag, 'another run published it');
  }

  async function finish(release: Release, created: boolean, all: readonly Release[]): Promise<Outcome> {
    now(`${wanted.draft ? 'finishing the draft of' : 'publishing the release'} ${wanted.tag}`);
    // A draft that a person wrote keeps its text when this step has none.
    const body = wanted.body === '' ? withoutMark(release.body) : wanted.body;
    const latest = !wanted.draft && (await wanted.latest());
    const fields: ReleaseFields = { ...withoutAssets(wanted), body, latest };
    if (wanted.draft && differences(release, fields).length === 0)
      return { release, assets: await finalAssets(release), created, changed: false, latest };

    const isDone = async () => {
      const is = await releases.get(release.id);
      return differences(is, fields).length === 0 ? is : undefined;
    };
    const finished = await once(() => releases.update(release.id, fields), isDone, waiting).catch((error) => {
      if (isTaken(error)) throw new Superseded(wanted.tag, 'another run published it');
      throw error;
    });
    if (finished.draft !== wanted.draft) {
      throw new ActionError({
        what: `the release ${wanted.tag} was not published`,
        why: 'the server accepted the change, yet the release is still a draft',
        next: `Run the job again, or publish it by hand: ${finished.url}`,
      });
    }
    if (!finished.draft) await tidy(all, finished);
    return { release: finished, assets: await finalAssets(finished), created, changed: true, latest };
  }

  /** A file's address is final only when the release is published. */
  async function finalAssets(release: Release): Promise<Asset[]> {
    if (wanted.assets.length === 0 && release.assetCount === 0) return [];
    now(`listing the files of ${wanted.tag}`);
    return releases.assets(release.id);
  }
}

function withoutAssets({ tag, target, name, body, draft, prerelease }: Wanted): Omit<ReleaseFields, 'latest'> {
  return { tag, target, name, body, draft, prerelease };
}
