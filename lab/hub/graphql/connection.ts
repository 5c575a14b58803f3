/** GitHub's lists: https://docs.github.com/graphql/guides/using-pagination-in-the-graphql-api */
import { GraphqlError } from './errors.ts';

export interface PageArguments {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
}

export interface Connection<T> {
  nodes: T[];
  edges: { node: T; cursor: string }[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

const toCursor = (index: number): string => Buffer.from(`cursor:${index}`).toString('base64');

function readCursor(cursor: string): number {
  const index = /^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  if (index === undefined) throw new GraphqlError('INVALID', `\`${cursor}\` does not appear to be a valid cursor.`);
  return Number(index);
}

/** @throws GraphqlError when neither `first` nor `last` limits the list, which GitHub requires */
export function toConnection<T>(items: readonly T[], page: PageArguments, name: string): Connection<T> {
  const size = page.first ?? page.last;
  if (size === null || size === undefined) {
    const message = `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`;
    throw new GraphqlError('INVALID', message);
  }
  if (size < 0 || size > 100) throw new GraphqlError('INVALID', `\`${name}\` is limited to 100 records.`);
  const from = page.after ? readCursor(page.after) + 1 : 0;
  const to = page.before ? readCursor(page.before) : items.length;
  const isForward = page.first !== null && page.first !== undefined;
  const start = isForward ? from : Math.max(from, to - size);
  const end = isForward ? Math.min(to, from + size) : to;
  const nodes = items.slice(start, end);
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: toCursor(start + index) })),
    totalCount: items.length,
    pageInfo: {
      hasNextPage: end < items.length,
      hasPreviousPage: start > 0,
      startCursor: nodes.length > 0 ? toCursor(start) : null,
      endCursor: nodes.length > 0 ? toCursor(end - 1) : null,
    },
  };
}

/** The same page with other nodes, so that only the items of the page are presented. */
export async function presentNodes<T, U>(
  { nodes, edges, ...rest }: Connection<T>,
  present: (item: T) => U | Promise<U>,
): Promise<Connection<U>> {
  const presented = await Promise.all(nodes.map(present));
  return {
    ...rest,
    nodes: presented,
    edges: edges.map(({ cursor }, index) => ({ cursor, node: presented[index] as U })),
  };
}
