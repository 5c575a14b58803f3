import { LabError } from '../errors.ts';

/** The part of the machine that decides whether the lab can run; a value, so that every case can be tested anywhere. */
export interface Machine {
  platform: string;
  arch: string;
  /** Effective user id; undefined where users have none (Windows). */
  uid: number | undefined;
}

export const thisMachine: Machine = { platform: process.platform, arch: process.arch, uid: process.geteuid?.() };

const INSTEAD =
  'Without it the actions, the chart and the workflows can still be worked on: `npm run check` and `npm run test:unit` need neither Linux nor root.';

/** Throws unless services can run here: BuildKit's worker mounts file systems and starts containers through runc. */
export function requireLinuxRoot(machine: Machine = thisMachine): void {
  if (machine.platform !== 'linux') {
    throw new LabError(
      `The lab starts BuildKit and runc, which run on Linux alone; this is ${machine.platform}.`,
      `Use a Linux virtual machine (Debian 12 or newer, 2 cores, 4 GB). ${INSTEAD}`,
    );
  }
  if (machine.uid !== 0) {
    throw new LabError(
      `The lab mounts file systems and starts containers, which needs root; this is user id ${machine.uid}.`,
      `Run it as root, keeping the path to Go: sudo env "PATH=$PATH" npm run lab -- up. ${INSTEAD}`,
    );
  }
}
