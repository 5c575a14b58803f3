import { rm } from 'node:fs/promises';
import { socketDir } from '../builder/index.ts';
import { clearLeftovers } from '../builder/mounts.ts';
import { stopCluster } from '../cluster/stop.ts';
import { LabError } from '../errors.ts';
import { lockLab } from '../services/lock.ts';
import { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { requireLinuxRoot } from './platform.ts';

/** The lab's state, or a fresh one when the file is damaged: what runs is then found by its mark alone. */
function loadForDown(dir: string): LabState | undefined {
  try {
    return LabState.load(dir);
  } catch (error) {
    if (error instanceof LabError) return undefined;
    throw error;
  }
}

/** Stops everything that the lab in `dir` started, also after a crash, and removes its sockets and mounts. */
async function stopLab(dir: string): Promise<void> {
  const state = loadForDown(dir) ?? LabState.blank(dir);
  await stopCluster(state);
  await new Supervisor(state).stopAll();
  await clearLeftovers(dir);
  await rm(socketDir(dir), { recursive: true, force: true });
  state.clearEndpoints();
}

/** Stops the lab and deletes its directory, without a lock: for one that nobody else can know of. */
export async function clearLab(dir: string): Promise<void> {
  await stopLab(dir);
  await rm(dir, { recursive: true, force: true });
}

/** `lab down`: stops everything; with `clean` also deletes the lab's directory. Caches of the user stay. */
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
