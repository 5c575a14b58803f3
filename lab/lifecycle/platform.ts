import { LabError } from '../errors.ts';

/** The properties of the machine that decide whether the lab can run; a value, so that every case can be tested anywhere. */
export interface Machine {
  platform: string;
  arch: string;
  /** Effective user id; undefined on Windows, where users have none. */
  uid: number | undefined;
}

export const thisMachine: Machine = { platform: process.platform, arch: process.arch, uid: process.geteuid?.() };

const WITHOUT_THE_LAB =
  'To work on the actions, the chart and the workflows you do not need the lab: `npm run check` and `npm run test:unit` need neither Linux nor root.';

/** Throws LabError unless services can run here: BuildKit's worker mounts file systems and starts containers through runc. */
export function requireLinuxRoot(machine: Machine = thisMachine): void {
  if (machine.platform !== 'linux') {
    throw new LabError(
      `The lab starts BuildKit and runc, which run only on Linux; this is ${machine.platform}.`,
      `Use a Linux virtual machine (Debian 12 or newer, 2 cores, 4 GB). ${WITHOUT_THE_LAB}`,
    );
  }
  if (machine.uid !== 0) {
    throw new LabError(
      `The lab mounts file systems and starts containers, which needs root; this is user id ${machine.uid}.`,
      `Run it as root, with Go on the path: sudo env "PATH=$PATH" npm run lab -- up. ${WITHOUT_THE_LAB}`,
    );
  }
}
