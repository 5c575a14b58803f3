/** What commit messages say, by https://www.conventionalcommits.org/en/v1.0.0/ and by the messages that GitHub writes for squashed commits. */

/** What a change breaks. */
export interface BreakingNote {
  scope: string | undefined;
  text: string;
}

/** One change, as a message describes it. */
export interface Description {
  /** In lower case; `undefined` for a title that is not conventional. */
  type: string | undefined;
  scope: string | undefined;
  subject: string;
  breaking: readonly BreakingNote[];
  /** From `(#12)` at the end of the title. */
  pullRequest: number | undefined;
}

interface Header {
  type: string;
  scope: string | undefined;
  subject: string;
  breaking: boolean;
}

const HEADER = /^(?<type>[A-Za-z][\w-]*)(?:\((?<scope>[^()]*)\))?(?<breaking>!)?: +(?<subject>.+)$/;

export function parseHeader(title: string): Header | undefined {
  const { type, scope, breaking, subject } = HEADER.exec(title)?.groups ?? {};
  if (type === undefined || subject === undefined) return undefined;
  return { type: type.toLowerCase(), scope: scope?.trim() || undefined, subject, breaking: breaking !== undefined };
}

/** A title without the number of its pull request, which GitHub appends: `feat: add (#12)`. */
export function splitPullRequest(title: string): { title: string; pullRequest: number | undefined } {
  const [, rest, number] = /^(.*\S)\s*\(#([1-9]\d{0,9})\)$/.exec(title) ?? [];
  return rest === undefined ? { title, pullRequest: undefined } : { title: rest, pullRequest: Number(number) };
}

/** The title and the lines of the body. */
export function splitMessage(message: string): { title: string; body: readonly string[] } {
  const [first = '', ...body] = message.replaceAll(/\r\n?/g, '\n').trimStart().split('\n');
  return { title: first.trim(), body };
}

export interface MessageOptions {
  isKnownType: (type: string) => boolean;
  /** Which titles among those in the list of a squashed commit still apply: a title and its revert do not. */
  keepTitles: (titles: readonly string[]) => readonly boolean[];
}

/**
 * The changes that a message describes: its title, or the conventional titles in the list of a squashed commit if its own title is not
 * conventional. What a listed commit breaks is never lost.
 */
export function describeMessage(message: string, options: MessageOptions): Description[] {
  const { title, body } = splitMessage(message);
  const { text, items } = splitList(body, options.isKnownType);
  const kept = options.keepTitles(items.map((item) => item.title));
  const listed = items.filter((_, index) => kept[index]).map((item) => describe(item.title, item.lines));
  const own = describe(title, text);

  const isConventional = ({ type }: Description): boolean => type !== undefined && options.isKnownType(type);
  const [first, ...others] = isConventional(own) ? [] : listed.filter(isConventional);
  if (first !== undefined) {
    const rest = listed.filter((item) => !isConventional(item));
    const breaking = distinct([first, own, ...rest].flatMap((description) => description.breaking));
    return [{ ...first, breaking }, ...others].map((change) => ({
      ...change,
      pullRequest: change.pullRequest ?? own.pullRequest,
    }));
  }
  // A footer says better than the title what breaks.
  const hasFooter = !own.hasFooter && listed.some((item) => item.hasFooter);
  const breaking = distinct([...(hasFooter ? [] : own.breaking), ...listed.flatMap((item) => item.breaking)]);
  return [{ ...own, breaking }];
}

function describe(title: string, lines: readonly string[]): Description & { hasFooter: boolean } {
  const { title: text, pullRequest } = splitPullRequest(title);
  const header = parseHeader(text);
  const scope = header?.scope;
  const subject = header?.subject ?? (text || '(no subject)');
  const footers = breakingFooters(lines);
  const notes = footers.length === 0 && header?.breaking === true ? [subject] : footers;
  const breaking = notes.map((note) => ({ scope, text: note }));
  return { type: header?.type, scope, subject, breaking, pullRequest, hasFooter: footers.length > 0 };
}

const distinct = (notes: readonly BreakingNote[]): BreakingNote[] => [
  ...new Map(notes.map((note) => [note.text, note])).values(),
];

interface ListItem {
  title: string;
  lines: string[];
}

/**
 * GitHub's message of a squashed commit has an item for each commit, `* ` and its title, with its body below:
 * https://docs.github.com/pull-requests/collaborating-with-pull-requests/incorporating-changes-from-a-pull-request/about-pull-request-merges
 * In other bodies only conventional titles are items, because any text can have a list.
 */
function splitList(
  body: readonly string[],
  isKnownType: (type: string) => boolean,
): { text: string[]; items: ListItem[] } {
  const isSquash = body.find((line) => line.trim() !== '')?.startsWith('* ') ?? false;
  const text: string[] = [];
  const items: ListItem[] = [];
  for (const [index, line] of body.entries()) {
    const title = /^[*-] +(\S.*)$/.exec(line)?.[1]?.trim();
    const type = title === undefined ? undefined : parseHeader(title)?.type;
    const isAfterBlank = (body[index - 1] ?? '').trim() === '';
    const isItem =
      title !== undefined &&
      ((type !== undefined && isKnownType(type)) || (isSquash && line.startsWith('* ') && isAfterBlank));
    if (isItem) items.push({ title, lines: [] });
    else (items.at(-1)?.lines ?? text).push(line);
  }
  return { text, items };
}

const BREAKING_FOOTER = /^BREAKING[ -]CHANGES?(?:: *| #)(?<text>.*)$/;
/** A footer ends at the next one, and at what follows the message: GitHub's line before `Co-authored-by`, or a heading of a description. */
const FOOTER_END = /^(?:[A-Za-z][\w-]*(?:: | #)|-{3,}\s*$|#{1,6} )/;

/** The texts of the footers `BREAKING CHANGE: …`, which can have several lines and paragraphs, each as one line. */
function breakingFooters(lines: readonly string[]): string[] {
  const notes: string[][] = [];
  let current: string[] | undefined;
  for (const line of lines) {
    const start = BREAKING_FOOTER.exec(line)?.groups?.text;
    if (start !== undefined) {
      current = [start];
      notes.push(current);
    } else if (FOOTER_END.test(line)) current = undefined;
    else current?.push(line);
  }
  return notes.map((note) => note.join(' ').replaceAll(/\s+/g, ' ').trim()).filter((note) => note !== '');
}
