/** GitHub's lists: https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api */
import { GraphqlError } from './errors.ts';

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

/** The argument `orderBy`. */
export interface Order<Field> {
  field: Field;
  direction: 'ASC' | 'DESC';
}

interface Edge<T> {
  node: T;
  cursor: string;
}

interface PageInfo {
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  startCursor: string | null;
  endCursor: string | null;
}

/** Its fields are functions, which graphql-js calls, because only a count needs no limit of the page. */
export interface Connection<T> {
  totalCount: number;
  nodes(): T[];
  edges(): Edge<T>[];
  pageInfo(): PageInfo;
}

const toCursor = (index: number): string => Buffer.from(`cursor:${index}`).toString('base64');

function readCursor(cursor: string): number {
  const index = /^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  if (index === undefined) throw new GraphqlError('INVALID', `\`${cursor}\` does not appear to be a valid cursor.`);
  return Number(index);
}

/** One page of a list. Its nodes cannot be read when neither `first` nor `last` limits it, which GitHub requires. */
export function toConnection<T>(items: readonly T[], page: PageArguments, name: string): Connection<T> {
  const edges = (): Edge<T>[] => {
    const { start, end } = toRange(items.length, page, name);
    return items.slice(start, end).map((node, index) => ({ node, cursor: toCursor(start + index) }));
  };
  return {
    totalCount: items.length,
    nodes: () => edges().map(({ node }) => node),
    edges,
    pageInfo: () => {
      const { start, end } = toRange(items.length, page, name);
      return {
        hasNextPage: end < items.length,
        hasPreviousPage: start > 0,
        startCursor: end > start ? toCursor(start) : null,
        endCursor: end > start ? toCursor(end - 1) : null,
      };
    },
  };
}

/** @throws GraphqlError */
function toRange(length: number, page: PageArguments, name: string): { start: number; end: number } {
  const size = page.first ?? page.last;
  if (size === null || size === undefined) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw new GraphqlError('INVALID', message);
  }
  if (size < 0 || size > 100) throw new GraphqlError('INVALID', `\`${name}\` is limited to 100 records.`);
  const from = Math.min(page.after ? readCursor(page.after) + 1 : 0, length);
  const to = Math.min(page.before ? readCursor(page.before) : length, length);
  const isForward = page.first !== null && page.first !== undefined;
  return isForward
    ? { start: from, end: Math.max(from, Math.min(to, from + size)) }
    : { start: Math.max(from, to - size), end: to };
}

/** The same page with other nodes. Only the items of the page are presented. */
export function presentNodes<T>(connection: Connection<T>, present: (item: T) => unknown): Record<string, unknown> {
  return {
    ...connection,
    nodes: () => connection.nodes().map(present),
    edges: () => connection.edges().map(({ cursor, node }) => ({ cursor, node: present(node) })),
  };
}

/** The field of a list that the hub never fills, because it does not have what would be in it. */
export function emptyList(name: string): (page: PageArguments) => Connection<never> {
  return (page) => toConnection([], page, name);
}
