import { formatPinned, parseReference, type TagAndDigest } from '../detectors/pin-text.ts';
import type { ImageChange } from '../images/image-changes.ts';
import type { Rollback } from './rollback.ts';

const ROLLBACK_TO = 'Rollback-To';
const ROLLED_BACK = 'Rolled-Back';
/** Names what the images were built from, as `OWNER/REPO@COMMIT`. */
export const SOURCE = 'Source-Commit';
const UNSET = 'unset';

/** What a plan takes back. */
interface RolledBack {
  charts: readonly {
    path: string;
    previous: string;
    version: string;
    previousAppVersion: string;
    appVersion: string;
  }[];
  images: readonly ImageChange[];
}

/**
 * The trailers of a rollback: the commit that it goes back to, and what each chart and each image of a file was:
 * `Rolled-Back: helm/shop 1.4.2 (now 1.4.1)`.
 */
export function rollbackTrailers({ commit, source }: Rollback, { charts, images }: RolledBack): string[] {
  const ofCharts = charts
    .flatMap(({ path, previous, version, previousAppVersion, appVersion }) => [
      { path, was: previous, now: version },
      { path: appVersionPath(path), was: previousAppVersion, now: appVersion },
    ])
    .filter(({ was, now }) => was !== now)
    .map(({ path, was, now }) => rolledBack(path, was || UNSET, now || UNSET));
  const ofImages = images
    .filter(({ from, to }) => from.tag !== to.tag || from.digest !== to.digest)
    .map(({ file, repository, from, to }) =>
      rolledBack(file.path, `${repository}${formatPinned(from)}`, formatPinned(to) || UNSET),
    );
  return [
    `${ROLLBACK_TO}: ${commit}`,
    ...ofCharts,
    ...ofImages,
    // The order of the commits that images were built from decides which of two runs is the older one.
    ...(source === undefined ? [] : [`${SOURCE}: ${source}`]),
  ];
}

/** How the trailers name the appVersion of a chart. */
export const appVersionPath = (chart: string): string => `${chart} appVersion`;

const rolledBack = (path: string, was: string, now: string): string => `${ROLLED_BACK}: ${path} ${was} (now ${now})`;

/** One line `Rolled-Back`. */
export interface RolledBackLine {
  /** Of a chart's directory, or of the file that names an image. */
  path: string;
  /** A version, or a reference. */
  was: string;
  /** A version, or `:tag@digest`. */
  now: string;
}

/** What a commit took back; `undefined` for any other commit. */
export interface PastRollback {
  to: string;
  lines: readonly RolledBackLine[];
}

export function parseRollback(message: string): PastRollback | undefined {
  const lines = message.split(/\r?\n/);
  const to = trailerIn(lines, ROLLBACK_TO);
  if (to === undefined) return undefined;
  return {
    to,
    lines: lines.flatMap((line) => {
      const [, path, was, now] = ROLLED_BACK_LINE.exec(line) ?? [];
      return path === undefined || was === undefined || now === undefined ? [] : [{ path, was, now }];
    }),
  };
}

const ROLLED_BACK_LINE = new RegExp(`^${ROLLED_BACK}: (.+) (\\S+) \\(now (\\S+)\\)$`);

/** The source of a commit's images, as it is written in its message. */
export const sourceIn = (message: string): string | undefined => trailerIn(message.split(/\r?\n/), SOURCE);

const trailerIn = (lines: readonly string[], name: string): string | undefined =>
  lines
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2)
    .trim();

/** The images that a commit brought, by its trailers `Image`. */
export function imagesIn(message: string): ({ repository: string } & TagAndDigest)[] {
  return message.split(/\r?\n/).flatMap((line) => {
    const [, reference] = /^Image: (\S+) \(was /.exec(line) ?? [];
    return (reference !== undefined && parseReference(reference)) || [];
  });
}

/** The charts that a commit changed, by its trailers `Chart-Version`. */
export const chartsIn = (message: string): string[] => chartVersionsIn(message).map(({ chart }) => chart);

/** The version that a commit gave a chart, by its trailer. */
export const versionIn = (message: string, chart: string): string | undefined =>
  chartVersionsIn(message).find((given) => given.chart === chart)?.version;

function chartVersionsIn(message: string): { chart: string; version: string }[] {
  return message.split(/\r?\n/).flatMap((line) => {
    const [, chart, version] = /^Chart-Version: (.+?) (\S+)(?: \(was \S+\))?$/.exec(line) ?? [];
    return chart === undefined || version === undefined ? [] : [{ chart, version }];
  });
}

/** The tag and digest of `:tag@digest`. */
export function parsePinned(text: string): TagAndDigest {
  const { tag, digest } = parseReference(`x${text === UNSET ? '' : text}`) ?? { tag: undefined, digest: undefined };
  return { tag, digest };
}
