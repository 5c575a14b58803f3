import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Address, listenOnRoute } from '../gateway/proxy.ts';

let dir = '';
let servers: Server[] = [];
let sockets: Socket[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'gateway-'));
});
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
  servers = [];
  sockets = [];
  rmSync(dir, { recursive: true });
});

const getPort = (server: Server) => (server.address() as { port: number }).port;

/** Starts a server behind both sides of the gateway, connected by a unix socket as in the cluster. Returns a function that connects to it. */
async function serveThroughGateway(serve: (socket: Socket) => void): Promise<() => Promise<Socket>> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const middle: Address = { path: join(dir, 'middle.sock') };
  const inner = await listenOnRoute({ from: middle, to: { host: '127.0.0.1', port: getPort(server) } });
  const outer = await listenOnRoute({ from: { host: '127.0.0.1', port: 0 }, to: middle });
  servers.push(server, inner, outer);
  return async () => {
    const client = connect({ host: '127.0.0.1', port: getPort(outer), allowHalfOpen: true });
    sockets.push(client);
    await once(client, 'connect');
    return client;
  };
}

describe('the gateway', () => {
  it('forwards data in both directions, and the end of one direction while the other continues', async () => {
    const connectClient = await serveThroughGateway(async (socket) => {
      const received = await buffer(socket);
      await sleep(20);
      socket.end(`received ${received}`);
    });
    const client = await connectClient();
    client.end('hello');
    expect((await buffer(client)).toString()).toBe('received hello');
  });

  it('forwards large amounts of data completely', async () => {
    const connectClient = await serveThroughGateway((socket) => socket.pipe(socket));
    const client = await connectClient();
    const sent = Buffer.alloc(5_000_000, 'abcdefghij');
    client.end(sent);
    expect(sent.equals(await buffer(client))).toBe(true);
  });

  it('accepts no more data than the other side reads', async () => {
    const connectClient = await serveThroughGateway((socket) => socket.pause());
    const client = await connectClient();
    const chunk = Buffer.alloc(1_000_000);
    const accepted = () => client.bytesWritten - client.writableLength;
    while (client.write(chunk)) await sleep(1);
    let last = -1;
    while (accepted() !== last) {
      last = accepted();
      client.write(chunk);
      await sleep(100);
    }
    // Only the buffers of sockets and streams; without back-pressure the gateway would accept everything.
    expect(last).toBeLessThan(50_000_000);
    expect(client.writableLength).toBeGreaterThan(0);
  });

  it('forwards a reset', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const to = { host: '127.0.0.1', port: getPort(server) };
    const route = await listenOnRoute({ from: { host: '127.0.0.1', port: 0 }, to });
    servers.push(server, route);
    const client = connect(getPort(route), '127.0.0.1');
    sockets.push(client);
    client.write('x');
    const [error] = await once(client, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('ends a connection whose target was reset behind a unix socket, and aborts it when the client sends more', async () => {
    const connectClient = await serveThroughGateway((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const client = await connectClient();
    client.write('x');
    client.resume();
    await once(client, 'end');
    const sending = setInterval(() => client.write('more'), 10);
    const [error] = await once(client, 'error');
    clearInterval(sending);
    expect(error.code).toMatch(/EPIPE|ECONNRESET/);
  });

  it('aborts a connection without a target, and accepts the next one', async () => {
    const route = await listenOnRoute({ from: { host: '127.0.0.1', port: 0 }, to: { path: join(dir, 'absent.sock') } });
    servers.push(route);
    for (let attempt = 0; attempt < 2; attempt++) {
      const client = connect(getPort(route), '127.0.0.1');
      sockets.push(client);
      const [error] = await once(client, 'error');
      expect(error).toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it('replaces the socket of a killed gateway', async () => {
    const path = join(dir, 'stale.sock');
    writeFileSync(path, '');
    servers.push(await listenOnRoute({ from: { path }, to: { path: join(dir, 'absent.sock') } }));
    expect(existsSync(path)).toBe(true);
    const client = connect(path);
    sockets.push(client);
    await once(client, 'connect');
  });

  it('reports that the address is in use', async () => {
    const first = await listenOnRoute({ from: { host: '127.0.0.1', port: 0 }, to: { path: join(dir, 'absent.sock') } });
    servers.push(first);
    const second = listenOnRoute({
      from: { host: '127.0.0.1', port: getPort(first) },
      to: { path: join(dir, 'absent.sock') },
    });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
