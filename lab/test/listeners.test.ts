import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { listeners } from './listeners.ts';

const reachable = (): string[] =>
  listeners(process.pid)
    .filter(({ loopback }) => !loopback)
    .map(({ address }) => address);

it.each([
  ['127.0.0.1', 0],
  ['127.9.8.7', 0],
  ['::1', 0],
  ['0.0.0.0', 1],
  ['::', 1],
])('a server on %s is reachable from outside or not', async (host, count) => {
  const before = reachable().length;
  const all = listeners(process.pid).length;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  try {
    expect(listeners(process.pid)).toHaveLength(all + 1);
    expect(reachable()).toHaveLength(before + count);
  } finally {
    server.close();
  }
});
