import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Fetch, HttpServer } from '../server.ts';

let server: HttpServer | undefined;
const agent = new Agent({ keepAlive: true });

const listen = async (fetch: Fetch): Promise<HttpServer> => {
  server = await HttpServer.listen(fetch, { host: '127.0.0.1', port: 0, headers: { 'x-shop-version': '1.2.3' } });
  return server;
};

const request = (port: number): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent }, resolve).on('error', reject);
  });

/** A handler that reports when a request has arrived, and responds when the test says so. */
const held = () => {
  const arrived = Promise.withResolvers<void>();
  const pending = Promise.withResolvers<Response>();
  const fetch: Fetch = () => {
    arrived.resolve();
    return pending.promise;
  };
  return { fetch, arrived: arrived.promise, respond: pending.resolve };
};

afterEach(async () => {
  agent.destroy();
  await server?.close(0);
  server = undefined;
});

describe('HttpServer', () => {
  it('adds its headers to every response, whatever the handler returns', async () => {
    const { port } = await listen(() => new Response('made by hand', { status: 418 }));
    const response = await request(port);
    expect(response.statusCode).toBe(418);
    expect(response.headers['x-shop-version']).toBe('1.2.3');
    expect(response.headers.connection).toBe('keep-alive');
    expect(await text(response)).toBe('made by hand');
  });

  it('rejects if the port is in use', async () => {
    const { port } = await listen(() => new Response());
    const second = HttpServer.listen(() => new Response(), { host: '127.0.0.1', port, headers: {} });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('keeps responding while it drains, and asks clients to reconnect', async () => {
    const draining = await listen(() => new Response('still here'));
    draining.drain();
    const response = await request(draining.port);
    expect(response.headers.connection).toBe('close');
    expect(await text(response)).toBe('still here');
  });

  it('lets a request that was open before the drain finish, and closes its connection', async () => {
    const handler = held();
    const closing = await listen(handler.fetch);
    const response = request(closing.port);
    await handler.arrived;
    expect(closing.openRequests).toBe(1);
    const closed = closing.close(60_000);
    handler.respond(new Response('worth the wait'));
    expect((await response).headers.connection).toBe('close');
    expect(await text(await response)).toBe('worth the wait');
    expect(await closed).toBe(0);
    server = undefined;
  });

  it('closes a keep-alive connection whose response had started before the drain', async () => {
    const body = new TransformStream<Uint8Array, Uint8Array>();
    const writer = body.writable.getWriter();
    const closing = await listen(() => new Response(body.readable));
    const pending = request(closing.port);
    await writer.write(Buffer.from('first, '));
    const response = await pending;
    expect(response.headers.connection).toBe('keep-alive');
    const closed = closing.close(60_000);
    await writer.write(Buffer.from('last'));
    await writer.close();
    expect(await text(response)).toBe('first, last');
    expect(await closed).toBe(0);
    server = undefined;
  });

  it('closes idle connections without waiting for their clients', async () => {
    const closing = await listen(() => new Response('hello'));
    await text(await request(closing.port));
    expect(await closing.close(60_000)).toBe(0);
    server = undefined;
  });

  it('refuses new connections once it closes', async () => {
    const closing = await listen(() => new Response());
    const { port } = closing;
    await closing.close(1000);
    server = undefined;
    await expect(request(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('cuts requests that are still open after the timeout, and returns how many', async () => {
    const handler = held();
    const closing = await listen(handler.fetch);
    const response = request(closing.port);
    const failed = expect(response).rejects.toMatchObject({ code: 'ECONNRESET' });
    await handler.arrived;
    expect(await closing.close(1)).toBe(1);
    await failed;
    server = undefined;
  });

  it('cuts a client that never finishes its request', async () => {
    const closing = await listen(() => new Response());
    const socket = connect(closing.port, '127.0.0.1');
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    await new Promise<void>((resolve) => socket.write('GET / HTTP/1.1\r\nHost: x\r\n', () => resolve()));
    await closing.close(1);
    await ended;
    expect(socket.destroyed).toBe(true);
    server = undefined;
  });
});
