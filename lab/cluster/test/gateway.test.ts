import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openRoute, type Place } from '../gateway.ts';

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

const portOf = (server: Server) => (server.address() as { port: number }).port;

/** A server behind the gateway: TCP, both sides of the gateway, and unix sockets between them, as in the cluster. */
async function throughBoth(serve: (socket: Socket) => void): Promise<() => Promise<Socket>> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const middle: Place = { path: join(dir, 'middle.sock') };
  const inner = await openRoute({ from: middle, to: { host: '127.0.0.1', port: portOf(server) } });
  const outer = await openRoute({ from: { host: '127.0.0.1', port: 0 }, to: middle });
  servers.push(server, inner, outer);
  return async () => {
    const client = connect({ host: '127.0.0.1', port: portOf(outer), allowHalfOpen: true });
    sockets.push(client);
    await once(client, 'connect');
    return client;
  };
}

describe('the gateway', () => {
  it('passes what both say, and the end of what one says while the other goes on', async () => {
    const open = await throughBoth(async (socket) => {
      const asked = await buffer(socket);
      await sleep(20);
      socket.end(`you said ${asked}`);
    });
    const client = await open();
    client.end('hello');
    expect((await buffer(client)).toString()).toBe('you said hello');
  });

  it('passes large amounts whole', async () => {
    const open = await throughBoth((socket) => socket.pipe(socket));
    const client = await open();
    const sent = Buffer.alloc(5_000_000, 'abcdefghij');
    client.end(sent);
    expect(sent.equals(await buffer(client))).toBe(true);
  });

  it('takes no more than the other side reads', async () => {
    const open = await throughBoth((socket) => socket.pause());
    const client = await open();
    const chunk = Buffer.alloc(1_000_000);
    const accepted = () => client.bytesWritten - client.writableLength;
    while (client.write(chunk)) await sleep(1);
    let last = -1;
    while (accepted() !== last) {
      last = accepted();
      client.write(chunk);
      await sleep(100);
    }
    // Only what buffers of sockets and streams hold; without back-pressure the gateway would take it all.
    expect(last).toBeLessThan(50_000_000);
    expect(client.writableLength).toBeGreaterThan(0);
  });

  it('passes a broken connection on as broken', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const to = { host: '127.0.0.1', port: portOf(server) };
    const route = await openRoute({ from: { host: '127.0.0.1', port: 0 }, to });
    servers.push(server, route);
    const client = connect(portOf(route), '127.0.0.1');
    sockets.push(client);
    client.write('x');
    const [error] = await once(client, 'error');
    expect(error).toMatchObject({ code: 'ECONNRESET' });
  });

  it('ends one whose other side broke off behind a unix socket, which cannot say so, and breaks it off when it goes on', async () => {
    const open = await throughBoth((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    const client = await open();
    client.write('x');
    client.resume();
    await once(client, 'end');
    const going = setInterval(() => client.write('more'), 10);
    const [error] = await once(client, 'error');
    clearInterval(going);
    expect(error.code).toMatch(/EPIPE|ECONNRESET/);
  });

  it('breaks a connection off when nobody listens behind it, and serves the next one', async () => {
    const route = await openRoute({ from: { host: '127.0.0.1', port: 0 }, to: { path: join(dir, 'absent.sock') } });
    servers.push(route);
    for (let attempt = 0; attempt < 2; attempt++) {
      const client = connect(portOf(route), '127.0.0.1');
      sockets.push(client);
      const [error] = await once(client, 'error');
      expect(error).toMatchObject({ code: 'ECONNRESET' });
    }
  });

  it('takes the place of a socket that a killed one left', async () => {
    const path = join(dir, 'left.sock');
    writeFileSync(path, '');
    servers.push(await openRoute({ from: { path }, to: { path: join(dir, 'absent.sock') } }));
    expect(existsSync(path)).toBe(true);
    const client = connect(path);
    sockets.push(client);
    await once(client, 'connect');
  });

  it('says when its place is taken', async () => {
    const first = await openRoute({ from: { host: '127.0.0.1', port: 0 }, to: { path: join(dir, 'absent.sock') } });
    servers.push(first);
    const again = openRoute({
      from: { host: '127.0.0.1', port: portOf(first) },
      to: { path: join(dir, 'absent.sock') },
    });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
