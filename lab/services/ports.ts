import { once } from 'node:events';
import { createServer } from 'node:net';
import getPort from 'get-port';
import { LabError } from '../errors.ts';
import { isRunning } from './processes.ts';
import type { LabState } from './state.ts';

/** Can `port` be listened on at this address? True also where the machine does not have the address (no IPv6). */
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

/** Free on both addresses that clients may take `localhost` for. */
const isFree = async (port: number) => (await isFreeOn('127.0.0.1', port)) && (await isFreeOn('::1', port));

/**
 * The port on 127.0.0.1 for `purpose` (also the name of the service that listens there). The one it had last time while
 * its service still runs or nobody else listens there; otherwise a free one, which is remembered.
 */
export async function choosePort(state: LabState, purpose: string): Promise<number> {
  const remembered = state.ports[purpose];
  const record = state.service(purpose);
  const serves = record !== undefined && record.port === remembered && isRunning(record);
  if (remembered !== undefined && (serves || (await isFree(remembered)))) return remembered;
  const port = await getPort();
  state.setPort(purpose, port);
  return port;
}

const ATTEMPTS = 3;

/**
 * Runs `start`, which chooses ports and starts what listens there; again when somebody took one between the choice and
 * the start.
 */
export async function onFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof LabError) || !error.message.includes('address already in use'))
        throw error;
    }
  }
}
