import { type CommitSha, parseCommitSha } from '../../../lib/identifiers.ts';
import { parseReference, type TagAndDigest } from '../detectors/pin-text.ts';

/** The trailers of a commit, which `git interpret-trailers` reads too. */
export const TRAILER = {
  /** What a chart's version became: `helm/shop 1.4.2 (was 1.4.1)`. */
  chart: 'Chart-Version',
  /** What an image became: `ghcr.io/my-org/web:1.4.2@sha256:… (was :1.4.1)`. */
  image: 'Image',
  /** A file from which images were promoted. */
  promotedFrom: 'Promoted-From',
  /** What the images were built from: `OWNER/REPO@COMMIT`. */
  source: 'Source-Commit',
  /** The page of the run. */
  run: 'Workflow-Run',
  /** The commit that a rollback goes back to. */
  rollbackTo: 'Rollback-To',
  /** What a rollback took back: `helm/shop 1.4.2 (now 1.4.1)`. */
  rolledBack: 'Rolled-Back',
} as const;

type TrailerName = (typeof TRAILER)[keyof typeof TRAILER];

export const formatTrailer = (name: TrailerName, value: string): string => `${name}: ${value}`;

export const linesOf = (message: string): string[] => message.split(/\r?\n/);

/** The value of the trailer in a line; `undefined` for any other line. */
export const trailerIn = (line: string, name: TrailerName): string | undefined =>
  line.startsWith(`${name}: `) ? line.slice(name.length + 2).trim() : undefined;

/** The values of a trailer in a message, in their order. */
export const trailersIn = (message: string, name: TrailerName): string[] =>
  linesOf(message).flatMap((line) => trailerIn(line, name) ?? []);

export interface TrailerImage extends TagAndDigest {
  repository: string;
}

/** The image in a line `Image`. */
export function imageIn(line: string): TrailerImage | undefined {
  const [, reference] = /^(\S+) \(was /.exec(trailerIn(line, TRAILER.image) ?? '') ?? [];
  return reference === undefined ? undefined : parseReference(reference);
}

/** The images that a commit brought. */
export const imagesIn = (message: string): TrailerImage[] => linesOf(message).flatMap((line) => imageIn(line) ?? []);

/** The source of a commit's images, as it is written in its message. */
export const sourceIn = (message: string): string | undefined => trailersIn(message, TRAILER.source)[0];

/** What an image was built from. */
export interface ImageSource {
  repository: string;
  commit: CommitSha;
}

/** The source in a line `Source-Commit`; `undefined` also when it names no full commit ID. */
export function parseSource(text: string): ImageSource | undefined {
  const [, repository, sha = ''] = /^(\S+)@(\S+)$/.exec(text) ?? [];
  const commit = parseCommitSha(sha);
  return repository === undefined || 'problem' in commit ? undefined : { repository, commit: commit.value };
}

/** The charts that a commit changed. */
export const chartsIn = (message: string): string[] => chartVersionsIn(message).map(({ chart }) => chart);

/** The version that a commit gave a chart. */
export const versionIn = (message: string, chart: string): string | undefined =>
  chartVersionsIn(message).find((given) => given.chart === chart)?.version;

function chartVersionsIn(message: string): { chart: string; version: string }[] {
  return trailersIn(message, TRAILER.chart).flatMap((text) => {
    const [, chart, version] = /^(.+?) (\S+)(?: \(was \S+\))?$/.exec(text) ?? [];
    return chart === undefined || version === undefined ? [] : [{ chart, version }];
  });
}
