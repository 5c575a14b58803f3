import { once } from 'node:events';
import { createServer } from 'node:net';
import getPort from 'get-port';
import { LabError } from '../errors.ts';
import { isRunning } from './processes.ts';
import type { LabState } from './state.ts';

/** Whether a server can listen on `port` of this address. Also true if the machine does not have the address (no IPv6). */
async function isFreeOn(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EADDRINUSE';
  }
  server.close();
  await once(server, 'close');
  return true;
}

/** Free on both addresses that clients may resolve `localhost` to. */
const isFree = async (port: number) => (await isFreeOn('127.0.0.1', port)) && (await isFreeOn('::1', port));

/**
 * The port on 127.0.0.1 for `purpose`, which is also the name of the service that listens there. Returns the previous port
 * if that service still runs on it or it is free; otherwise a free port, which is recorded.
 */
export async function choosePort(state: LabState, purpose: string): Promise<number> {
  const previous = state.ports[purpose];
  const record = state.service(purpose);
  const inUseByService = record !== undefined && record.port === previous && isRunning(record);
  if (previous !== undefined && (inUseByService || (await isFree(previous)))) return previous;
  const port = await getPort();
  state.setPort(purpose, port);
  return port;
}

const MAX_ATTEMPTS = 3;

/**
 * Runs `start`, which chooses ports and starts the services that listen on them. Runs it again if another process took a
 * port in between.
 */
export async function retryOnTakenPort<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !(error instanceof LabError) || !error.message.includes('address already in use'))
        throw error;
    }
  }
}
