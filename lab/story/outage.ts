import { join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { projectDir } from '../paths.ts';
import { isRunning, sendSignal } from '../services/processes.ts';
import { LabState } from '../services/state.ts';
import type { World } from './world.ts';

/** Kills one of the lab's own services, as a crash would. Throws LabError when it does not run. */
export function killService({ labDir }: World, name: string): void {
  const record = LabState.load(labDir).service(name);
  if (record === undefined || !isRunning(record)) {
    throw new LabError(
      `The service ${name} does not run on this machine.`,
      "This act needs the lab's own services: npm run lab -- up.",
    );
  }
  sendSignal(record, 'SIGKILL');
}

/** Restarts the services that were killed, as a user of the lab would. */
export async function restartServices({ labDir }: World): Promise<void> {
  await execa(process.execPath, [join(projectDir, 'lab', 'cli.ts'), '--dir', labDir, 'up']);
}
