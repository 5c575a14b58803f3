/**
 * One side of the gateway between the machine and the cluster's network namespace: `node lab/cluster/gateway.ts CONFIG.json`.
 * Passes connections on, each from a place where it listens to the place that belongs to it. The two sides meet in unix
 * sockets, which know no network namespace; a broken connection arrives there as an ended one, for they have no resets.
 */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A place to listen or to connect to. */
export type Place = { path: string } | { host: string; port: number };

export interface Route {
  from: Place;
  to: Place;
}

/** Ends a connection as broken, so that its client does not take what it has for the whole; only TCP can say so. */
function breakOff(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** Joins both: each one's data, and the end of it, goes to the other, no faster than that takes it. */
function join(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    // An error always comes with a close, which breaks the other end off too.
    from.on('error', () => {});
    from.once('close', (broken) => {
      if (broken || !to.writableEnded) breakOff(to);
    });
  }
}

/** How many connections may wait until they are taken; of more, a unix socket refuses one at once: connect(2), EAGAIN. */
const BACKLOG = 4096;

/** Listens at `route.from`; resolves when connections can come. */
export async function openRoute({ from, to }: Route): Promise<Server> {
  // What a gateway that was killed left behind.
  if ('path' in from) await rm(from.path, { force: true });
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    join(client, connect({ ...to, allowHalfOpen: true, noDelay: true }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...from, backlog: BACKLOG }, resolve);
  });
  return server;
}

if (import.meta.main) {
  const [path] = process.argv.slice(2);
  if (path === undefined) throw new Error('usage: node lab/cluster/gateway.ts CONFIG.json');
  const routes = JSON.parse(readFileSync(path, 'utf8')) as Route[];
  await Promise.all(routes.map(openRoute));
  console.log(`${routes.length} routes are open`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
}
