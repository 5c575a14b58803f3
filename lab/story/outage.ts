import { join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { projectDir } from '../paths.ts';
import { isRunning, sendSignal } from '../services/processes.ts';
import { LabState } from '../services/state.ts';
import type { World } from './world.ts';

/** Kills one of the lab's own services, as a fault would. Throws LabError when it does not run. */
export function killService({ labDir }: World, name: string): void {
  const record = LabState.load(labDir).service(name);
  if (record === undefined || !isRunning(record)) {
    throw new LabError(
      `There is no ${name} to kill on this machine.`,
      "This act needs the lab's own services: npm run lab -- up.",
    );
  }
  sendSignal(record, 'SIGKILL');
}

/** Brings back what was killed, the way its user would. */
export async function bringBack({ labDir }: World): Promise<void> {
  await execa(process.execPath, [join(projectDir, 'lab', 'cli.ts'), '--dir', labDir, 'up']);
}
