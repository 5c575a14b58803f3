import getPort from 'get-port';
import { findProcess } from './processes.ts';
import type { LabState } from './state.ts';

/**
 * The port on 127.0.0.1 for `purpose` (also the name of the service that listens there). The one it had last time while
 * its service still runs or nobody else listens there; otherwise a free one, which is remembered.
 */
export async function choosePort(state: LabState, purpose: string): Promise<number> {
  const remembered = state.ports[purpose];
  const record = state.service(purpose);
  if (remembered !== undefined && record?.port === remembered && findProcess(record.pid)?.started === record.started)
    return remembered;
  // Asked without a host, get-port tries every local address: `localhost` may mean ::1 to some clients.
  const port = await getPort(remembered === undefined ? {} : { port: remembered });
  if (port !== remembered) state.setPort(purpose, port);
  return port;
}
