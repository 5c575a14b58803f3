/**
 * One side of the gateway between the machine and the cluster's network namespace: `node lab/cluster/gateway/proxy.ts CONFIG.json`.
 * Forwards connections from each listening address to its target. The two sides are connected by unix sockets, which do not
 * belong to a network namespace. Unix sockets have no resets, so an aborted connection arrives there as an ended one.
 */
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** An address to listen on or to connect to. */
export type Address = { path: string } | { host: string; port: number };

export interface Route {
  from: Address;
  to: Address;
}

/** Resets a connection, so that the client does not mistake partial data for a complete response. Only TCP has resets. */
function abortConnection(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** Forwards data and its end in both directions, no faster than the receiver reads. */
function pipeBothWays(client: Socket, target: Socket): void {
  for (const [from, to] of [
    [client, target],
    [target, client],
  ] as const) {
    from.pipe(to);
    // 'close' always follows an error and aborts the other connection too.
    from.on('error', () => {});
    from.once('close', (hadError) => {
      if (hadError || !to.writableEnded) abortConnection(to);
    });
  }
}

/** Maximum number of pending connections. A unix socket rejects further ones immediately: connect(2), EAGAIN. */
const BACKLOG = 4096;

/** Listens on `route.from` and resolves when it accepts connections. */
export async function listenOnRoute({ from, to }: Route): Promise<Server> {
  // May exist from a gateway that was killed.
  if ('path' in from) await rm(from.path, { force: true });
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    pipeBothWays(client, connect({ ...to, allowHalfOpen: true, noDelay: true }));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...from, backlog: BACKLOG }, resolve);
  });
  return server;
}

if (import.meta.main) {
  const [path] = process.argv.slice(2);
  if (path === undefined) throw new Error('usage: node lab/cluster/gateway/proxy.ts CONFIG.json');
  const routes = JSON.parse(readFileSync(path, 'utf8')) as Route[];
  await Promise.all(routes.map(listenOnRoute));
  console.log(`listening on ${routes.length} routes`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
}
