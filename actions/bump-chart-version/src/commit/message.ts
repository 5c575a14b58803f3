import { formatPinned } from '../detectors/pin-text.ts';
import { type ImageChange, isChangedImage } from '../images/image-changes.ts';
import type { ChartResult, Plan } from '../plan/plan.ts';
import { rollbackTrailers } from '../rollback/trailers.ts';
import { formatTrailer, type ImageSource, imageIn, linesOf, parseSource, TRAILER, trailerIn } from './trailers.ts';

export interface Message {
  headline: string;
  /** Can be empty. */
  body: string;
}

/** The run that changes the charts, for the trailers. */
export interface Origin {
  repository: string;
  sha: string | undefined;
  /** The run's page. */
  runUrl: string | undefined;
}

const toOneLine = (text: string): string => text.replaceAll(/[\r\n]+/g, ' ').trim();

/** What a template can name. */
export interface Named extends Pick<Plan, 'charts' | 'images'> {
  files: readonly { path: string }[];
}

/** The values of each placeholder, which are joined. */
const VALUES: Record<string, (plan: Named) => string[]> = {
  chart: ({ charts }) => changedCharts(charts).map(({ name }) => name),
  version: ({ charts }) => changedCharts(charts).map(({ version }) => version),
  previous: ({ charts }) => changedCharts(charts).map(({ previous }) => previous),
  images: ({ images }) => changedImages(images).map(shortReference),
  tag: ({ images }) => changedImages(images).flatMap(({ to }) => to.tag ?? []),
  files: ({ files }) => files.map(({ path }) => path),
};

/** With their braces, for messages. */
export const PLACEHOLDERS: readonly string[] = Object.keys(VALUES).map((name) => `{${name}}`);

/** Longer first lines are cut by GitHub's pages and by `git log --oneline` in a terminal. */
const MAX_SUBJECT_LENGTH = 72;

/**
 * Fills in the placeholders. The values of several charts, images or files are joined, each once; a placeholder without a value is empty.
 * @param maxLength in UTF-16 units. Where the text would be longer, its lists name fewer values: `shop, api and 10 more`; a single value is never shortened
 */
export function fillTemplate(template: string, plan: Named, maxLength = Number.MAX_SAFE_INTEGER): string {
  const used = Object.entries(VALUES).filter(([name]) => template.includes(`{${name}}`));
  const lists = new Map(used.map(([name, valuesOf]) => [name, [...new Set(valuesOf(plan))].map(toOneLine)]));
  const fill = (count: number): string =>
    template.replaceAll(/\{([a-z]+)\}/g, (placeholder, name: string) => {
      const values = lists.get(name);
      return values === undefined ? placeholder : joinUpTo(values, count);
    });
  const longest = Math.max(0, ...[...lists.values()].map(({ length }) => length));
  const full = fill(longest);
  if (full.length <= maxLength) return full;
  // A list that fits has fewer values than characters.
  for (let count = Math.min(longest - 1, maxLength); count > 1; count--) {
    const text = fill(count);
    if (text.length <= maxLength) return text;
  }
  return fill(1);
}

function joinUpTo(values: readonly string[], count: number): string {
  const omitted = values.length - count;
  return omitted <= 0 ? values.join(', ') : `${values.slice(0, count).join(', ')} and ${omitted} more`;
}

/** The charts that change; all of them when none does. */
function changedCharts(charts: readonly ChartResult[]): readonly ChartResult[] {
  const changed = charts.filter((chart) => chart.changed);
  return changed.length > 0 ? changed : charts;
}

/** The images that change; all of them when none does. */
function changedImages(images: readonly ImageChange[]): readonly ImageChange[] {
  const changed = images.filter(isChangedImage);
  return changed.length > 0 ? changed : images;
}

/** `web:1.4.2`, or `web@sha256:0123456789ab` for an image without tags. */
function shortReference({ repository, to: { tag, digest } }: ImageChange): string {
  const name = repository.slice(repository.lastIndexOf('/') + 1);
  const shown = tag === undefined ? digest?.slice(0, SHORT_DIGEST_LENGTH) : undefined;
  return `${name}${formatPinned({ tag, digest: shown })}`;
}

const SHORT_DIGEST_LENGTH = 'sha256:'.length + 12;

/**
 * The commit's message: the template, then the changes as trailers that `git interpret-trailers` reads, so that the history of the chart
 * shows which image was released when and from where.
 */
export function commitMessage(template: string, plan: Plan, origin: Origin): Message {
  const [subject = '', ...rest] = template.split('\n');
  const text = fillTemplate(rest.join('\n').trim(), plan);
  const body = [text, createTrailers(plan, origin).join('\n')].filter((part) => part !== '').join('\n\n');
  return { headline: fillTemplate(subject, plan, MAX_SUBJECT_LENGTH).trim(), body };
}

function createTrailers(plan: Plan, origin: Origin): string[] {
  const charts = plan.charts
    .filter(({ changed, version }) => changed && version !== '')
    .map(({ path, version, previous }) =>
      formatTrailer(TRAILER.chart, `${path} ${version}${version === previous ? '' : ` (was ${previous || 'unset'})`}`),
    );
  const images = plan.images
    .filter(isChangedImage)
    .map(({ repository, from, to }) =>
      formatTrailer(TRAILER.image, `${repository}${formatPinned(to)} (was ${formatPinned(from) || 'unset'})`),
    );
  const sources = promotedFrom(plan).map((file) => formatTrailer(TRAILER.promotedFrom, file));
  const source = plan.rollback === undefined ? sourceTrailers(origin, sources) : rollbackTrailers(plan.rollback, plan);
  const run = origin.runUrl === undefined ? [] : [formatTrailer(TRAILER.run, origin.runUrl)];
  return [...new Set([...charts, ...images, ...sources, ...source, ...run])].map(toOneLine);
}

/** The files from which images are promoted that change. */
export function promotedFrom({ files, images }: Pick<Named, 'files' | 'images'>): string[] {
  if (files.length === 0) return [];
  return [...new Set(images.filter(isChangedImage).flatMap((image) => image.promotedFrom ?? []))];
}

/**
 * The message of a commit that also contains the changes of earlier ones, with their trailers: each image, then where it came from. The images
 * that the plan changes itself are left out.
 */
export function withTrailersOf(commits: readonly { message: string }[], { images }: Plan, message: Message): Message {
  const replaced = new Set(images.map(({ repository }) => repository));
  const carried = commits.flatMap(({ message: text }) => {
    const lines = linesOf(text).filter((line) => CARRIED.some((name) => trailerIn(line, name) !== undefined));
    const kept = lines.filter((line) => !replaced.has(imageIn(line)?.repository ?? ''));
    const says = (line: string): boolean =>
      imageIn(line) !== undefined || trailerIn(line, TRAILER.rollbackTo) !== undefined;
    return kept.some(says) ? kept : [];
  });
  return { ...message, body: [message.body, ...carried].filter((part) => part !== '').join('\n') };
}

const CARRIED = [TRAILER.image, TRAILER.source, TRAILER.run, TRAILER.rollbackTo, TRAILER.rolledBack];

/** What is promoted was built from another commit than that of the run. */
const sourceTrailers = ({ repository, sha }: Origin, promoted: readonly string[]): string[] =>
  sha === undefined || promoted.length > 0 ? [] : [formatTrailer(TRAILER.source, `${repository}@${sha}`)];

/** The full text of a message as Git stores it. */
export const messageText = ({ headline, body }: Message): string => (body === '' ? headline : `${headline}\n\n${body}`);

/** The charts whose version this run has already bumped, from the trailers of recent commits. */
export function bumpedCharts(
  messages: readonly string[],
  charts: readonly string[],
  runUrl: string | undefined,
): Set<string> {
  if (runUrl === undefined) return new Set();
  const ofThisRun = messages
    .map(linesOf)
    .filter((lines) => lines.includes(formatTrailer(TRAILER.run, runUrl)))
    .flat();
  return new Set(
    charts.filter((chart) => ofThisRun.some((line) => trailerIn(line, TRAILER.chart)?.startsWith(`${chart} `))),
  );
}

/** Whether this action wrote the commit. An amended commit keeps the message, but not the committer. */
export const isOwnCommit = ({ message, byServer }: { message: string; byServer: boolean }): boolean =>
  byServer &&
  linesOf(message).some((line) => [TRAILER.chart, TRAILER.run].some((name) => trailerIn(line, name) !== undefined));

/**
 * The commit from which the image was built that a mapping has now, by the trailers of the commit that set it. `undefined` when none of these
 * commits set it: it was edited by hand, or longer ago.
 * @param messages the newest first
 */
export function imageSource(
  messages: readonly string[],
  { repository, from }: Pick<ImageChange, 'repository' | 'from'>,
): ImageSource | undefined {
  for (const message of messages) {
    const lines = linesOf(message);
    const start = lines.findIndex((line) => setsImage(line, repository, from));
    if (start < 0) continue;
    // Each image is followed by its source; a commit can contain the changes of several runs.
    const [text] = lines.slice(start).flatMap((line) => trailerIn(line, TRAILER.source) ?? []);
    const source = text === undefined ? undefined : parseSource(text);
    // A promotion does not know it; the commit that it promoted does.
    if (source !== undefined) return source;
  }
  return undefined;
}

/** Whether a line of a message is the trailer of this image; a mapping can lack the tag or the digest that the trailer has. */
function setsImage(line: string, repository: string, { tag, digest }: ImageChange['from']): boolean {
  const image = imageIn(line);
  if (image?.repository !== repository || (tag === undefined && digest === undefined)) return false;
  const isSame = (now: string | undefined, set: string | undefined): boolean =>
    now === undefined || set === undefined || now === set;
  return isSame(tag, image.tag) && isSame(digest, image.digest);
}
