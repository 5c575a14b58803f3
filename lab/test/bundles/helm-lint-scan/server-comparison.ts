import { scanObject } from '../../../../actions/helm-lint-scan/test/validation/server/scan-object.ts';
import type { ApiServer } from './api-server.ts';

type Data = Record<string, unknown>;

const CONCURRENCY = 8;

export interface Comparison {
  /** Accepted by the server, but called wrong here. */
  wrong: string[];
  /** Refused by the server, but not found here. */
  missed: string[];
  refused: number;
}

/** Asks the server and the action the same. */
export async function compare(server: ApiServer, objects: readonly Data[]): Promise<Comparison> {
  const result: Comparison = { wrong: [], missed: [], refused: 0 };
  await forEach(objects, async (object) => {
    const text = JSON.stringify(object);
    const [answer, found] = await Promise.all([server.ask(object), scanObject(text, server.minor)]);
    if (!answer.accepted) result.refused++;
    if (answer.accepted && found.length > 0) result.wrong.push(`${found.join('; ')}\n${text.slice(0, 2000)}`);
    if (!answer.accepted && found.length === 0) result.missed.push(`${object.kind}: ${answer.message.slice(0, 300)}`);
  });
  return result;
}

/** Several at a time, so that the server works while the action does. */
export async function forEach<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const open = items.values();
  const worker = async (): Promise<void> => {
    for (const item of open) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

export const unique = (objects: readonly Data[]): Data[] => [
  ...new Map(objects.map((object) => [JSON.stringify(object), object])).values(),
];

/** Says how many refused objects were found, and which were not. @returns the share of those found */
export function report(what: string, { missed, refused }: Comparison): number {
  const share = (refused - missed.length) / refused;
  const percent = (share * 100).toFixed(1);
  const lines = missed.map((message) => `\n  not found: ${message}`).join('');
  process.stdout.write(`${what}: found ${percent} % of ${refused} objects that the API server refuses${lines}\n`);
  return share;
}
