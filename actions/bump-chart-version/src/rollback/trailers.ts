import { formatTrailer, TRAILER, trailersIn } from '../commit/trailers.ts';
import { formatPinned, parseReference, type TagAndDigest } from '../detectors/pin-text.ts';
import type { ImageChange } from '../images/image-changes.ts';
import type { Rollback } from './rollback.ts';

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
    formatTrailer(TRAILER.rollbackTo, commit),
    ...ofCharts,
    ...ofImages,
    // The order of the commits that images were built from decides which of two runs is the older one.
    ...(source === undefined ? [] : [formatTrailer(TRAILER.source, source)]),
  ];
}

/** How the trailers name the appVersion of a chart. */
export const appVersionPath = (chart: string): string => `${chart} appVersion`;

const rolledBack = (path: string, was: string, now: string): string =>
  formatTrailer(TRAILER.rolledBack, `${path} ${was} (now ${now})`);

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
  const [to] = trailersIn(message, TRAILER.rollbackTo);
  if (to === undefined) return undefined;
  return {
    to,
    lines: trailersIn(message, TRAILER.rolledBack).flatMap((text) => {
      const [, path, was, now] = /^(.+) (\S+) \(now (\S+)\)$/.exec(text) ?? [];
      return path === undefined || was === undefined || now === undefined ? [] : [{ path, was, now }];
    }),
  };
}

/** The tag and digest of `:tag@digest`. */
export function parsePinned(text: string): TagAndDigest {
  const { tag, digest } = parseReference(`x${text === UNSET ? '' : text}`) ?? { tag: undefined, digest: undefined };
  return { tag, digest };
}
