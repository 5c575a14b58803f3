import semver from 'semver';
import { ActionError } from '../../../lib/errors.ts';
import { hasRegistry } from '../../../lib/images/references.ts';
import { type Version, versionOfTag } from '../../../lib/versions.ts';
import type { Chart } from '../charts/chart.ts';
import { chartsIn, imagesIn } from '../commit/trailers.ts';
import { formatPinned, parseReference, type TagAndDigest } from '../detectors/pin-text.ts';
import { type ImageChange, isChangedImage } from '../images/image-changes.ts';
import type { VersionRule } from '../inputs/settings.ts';
import { shortId } from './rollback.ts';
import { appVersionPath, type PastRollback, parsePinned, parseRollback } from './trailers.ts';

interface PastCommit {
  oid: string;
  message: string;
}

/** Something that was rolled back: a version, or a tag and digest. */
interface Held extends TagAndDigest {
  /** For people: `the commit 0123456789ab (revert: shop) rolled helm/shop back from 1.4.2 to 1.4.1`. */
  rollback: string;
}

interface ChartVersions {
  path: string;
  previous: string;
  version: string;
  previousAppVersion: string;
  appVersion: string;
}

/**
 * The rollbacks among the recent commits of a branch. Each holds what it took back for as long as the branch has what it went back to: an
 * automatic bump must not bring it again, nor anything between the two.
 */
export class PastRollbacks {
  readonly #commits: readonly PastCommit[];
  readonly #rollbacks: readonly { index: number; commit: PastCommit; rollback: PastRollback }[];

  /** @param commits the newest first */
  constructor(commits: readonly PastCommit[]) {
    this.#commits = commits;
    this.#rollbacks = commits.flatMap((commit, index) => {
      const rollback = parseRollback(commit.message);
      return rollback === undefined ? [] : [{ index, commit, rollback }];
    });
  }

  /** A bump that starts above the versions that were rolled back. */
  aboveHeld({ path, version }: Pick<Chart, 'path' | 'version'>, rule: VersionRule): VersionRule {
    if (rule.kind !== 'level' && rule.kind !== 'follow') return rule;
    const highest = highestOf(this.#heldVersions(path, version));
    return highest === undefined ? rule : { ...rule, above: highest.version };
  }

  /** @throws {ActionError} when the plan brings back what was rolled back */
  assertKept({ charts, images }: { charts: readonly ChartVersions[]; images: readonly ImageChange[] }): void {
    const reasons = [
      ...charts.flatMap((chart) => [
        ...this.#undoneVersion(chart.path, { from: chart.previous, to: chart.version }),
        ...this.#undoneVersion(appVersionPath(chart.path), { from: chart.previousAppVersion, to: chart.appVersion }),
      ]),
      ...images.flatMap((image) => this.#undoneImage(image)),
    ];
    if (reasons.length === 0) return;
    throw new ActionError({
      what: 'this run would undo a rollback',
      why: [...new Set(reasons)].join('\n'),
      next: 'Release a newer version. To bring this one back, roll back to it with rollback-to, or set allow-downgrade: true. Nothing was changed.',
    });
  }

  #undoneVersion(path: string, { from, to }: { from: string; to: string }): string[] {
    if (from === to) return [];
    const held = this.#heldVersions(path, from);
    const cause = undoing({ tag: from, digest: undefined }, { tag: to, digest: undefined }, held);
    return cause === undefined ? [] : [`${cause.rollback}, and this run would set ${to}`];
  }

  #undoneImage(image: ImageChange): string[] {
    const { file, repository, from, to } = image;
    if (!isChangedImage(image)) return [];
    const cause = undoing(from, to, this.#heldImages({ file: file.path, repository, from }));
    return cause === undefined ? [] : [`${cause.rollback}, and this run would set ${describePin(to)}`];
  }

  #heldVersions(path: string, current: string): Held[] {
    const held: Held[] = [];
    const states = new Set([current]);
    for (const { commit, rollback } of this.#rollbacks) {
      for (const { path: changed, was, now } of rollback.lines) {
        if (changed !== path || !states.has(now) || was === current) continue;
        states.add(was);
        held.push({ rollback: describe(commit, path, { was, now }), tag: was, digest: undefined });
      }
    }
    return held;
  }

  #heldImages({ file, repository, from }: { file: string; repository: string; from: TagAndDigest }): Held[] {
    const current = formatPinned(from);
    const held: Held[] = [];
    const states = new Set([current]);
    for (const { index, commit, rollback } of this.#rollbacks) {
      for (const line of rollback.lines) {
        const image = parseReference(line.was);
        if (line.path !== file || image === undefined || !isSameImage(image.repository, repository)) continue;
        const [was, now] = [image, parsePinned(line.now)];
        // A rollback that was rolled back itself holds nothing.
        if (!states.has(formatPinned(now)) || formatPinned(was) === current) continue;
        states.add(formatPinned(was));
        const texts = { was: describePin(was), now: describePin(now) };
        const text = describe(commit, `${repository} in ${file}`, texts);
        const between = this.#imagesBetween({ after: rollback.to, before: index, file, repository });
        held.push(...[was, ...between].map(({ tag, digest }) => ({ rollback: text, tag, digest })));
      }
    }
    return held;
  }

  /** What was released after the commit to which a rollback went back: tags such as `sha-…` have no order that would show it. */
  #imagesBetween({ after, before, file, repository }: Between): TagAndDigest[] {
    const older = this.#commits.slice(before + 1);
    const end = older.findIndex(({ oid }) => oid === after);
    return older.slice(0, end === -1 ? older.length : end).flatMap(({ message }) => {
      const charts = chartsIn(message);
      const isOfFile = charts.length === 0 || charts.some((chart) => chart === '.' || file.startsWith(`${chart}/`));
      return isOfFile ? imagesIn(message).filter((image) => isSameImage(image.repository, repository)) : [];
    });
  }
}

interface Between {
  after: string;
  /** The position of the rollback. */
  before: number;
  file: string;
  repository: string;
}

export const NO_ROLLBACKS = new PastRollbacks([]);

/** Whether two names can mean one image in a file: its registry can be in another file, so that only the path is compared. */
function isSameImage(a: string, b: string): boolean {
  const [first, second] = [pathOf(a), pathOf(b)];
  return first === second || first.endsWith(`/${second}`) || second.endsWith(`/${first}`);
}

function pathOf(repository: string): string {
  const name = repository.toLowerCase();
  return hasRegistry(name) ? name.slice(name.indexOf('/') + 1) : name;
}

/** What was rolled back and would be undone: versions by their order, anything else by the digest, or the tag where there is none. */
function undoing(from: TagAndDigest, to: TagAndDigest, held: readonly Held[]): Held | undefined {
  const next = versionOfTag(to.tag ?? '');
  const highest = highestOf(held);
  if (next !== undefined && highest !== undefined) {
    const current = versionOfTag(from.tag ?? '');
    const isForward = current === undefined || semver.gt(next, current);
    return isForward && semver.lte(next, highest.version) ? highest.held : undefined;
  }
  return held.find(({ tag, digest }) =>
    digest === undefined || to.digest === undefined ? tag !== undefined && tag === to.tag : digest === to.digest,
  );
}

function highestOf(held: readonly Held[]): { held: Held; version: Version } | undefined {
  const versions = held.flatMap((entry) => {
    const version = versionOfTag(entry.tag ?? '');
    return version === undefined ? [] : [{ held: entry, version }];
  });
  return versions.reduce<(typeof versions)[number] | undefined>(
    (highest, entry) => (highest === undefined || semver.gt(entry.version, highest.version) ? entry : highest),
    undefined,
  );
}

function describe({ oid, message }: PastCommit, name: string, { was, now }: { was: string; now: string }): string {
  const subject = message.split(/\r?\n/)[0] ?? '';
  return `the commit ${shortId(oid)} (${subject}) rolled ${name} back from ${was} to ${now}`;
}

/** `1.4.2@sha256:…` */
const describePin = (pin: TagAndDigest): string => formatPinned(pin).replace(/^:/, '') || 'no tag';
