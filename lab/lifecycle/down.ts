import { rm } from 'node:fs/promises';
import { getSocketDir } from '../builder/index.ts';
import { removeStaleBuilds } from '../builder/mounts.ts';
import { stopCluster } from '../cluster/stop.ts';
import { LabError } from '../errors.ts';
import { lockLab } from '../services/lock.ts';
import { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { requireLinuxRoot } from './platform.ts';

/** The lab's state; undefined if the file is damaged. Running services are then found by their mark alone. */
function loadStateForDown(dir: string): LabState | undefined {
  try {
    return LabState.load(dir);
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}

/** Stops everything that the lab in `dir` started, also after a crash, and removes its sockets and mounts. */
async function stopLab(dir: string): Promise<void> {
  const state = loadStateForDown(dir) ?? LabState.empty(dir);
  await stopCluster(state);
  await new Supervisor(state).stopAll();
  await removeStaleBuilds(dir);
  await rm(getSocketDir(dir), { recursive: true, force: true });
  state.clearEndpoints();
}

/** Stops the lab and deletes its directory without a lock, for a directory that no other process knows. */
export async function clearLab(dir: string): Promise<void> {
  await stopLab(dir);
  await rm(dir, { recursive: true, force: true });
}

/** Stops everything; with `clean`, also deletes the lab's directory. The user's caches stay. */
export async function down(dir: string, options: { clean?: boolean; report: (line: string) => void }): Promise<void> {
  requireLinuxRoot();
  const release = await lockLab(dir, options.report);
  try {
    await stopLab(dir);
  } finally {
    await release();
  }
  if (options.clean) await rm(dir, { recursive: true, force: true });
}
