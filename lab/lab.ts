import type { LabState } from './services/state.ts';
import type { Supervisor } from './services/supervisor.ts';

/** The lab that a command works on; every step gets it. */
export interface Lab {
  /** Its directory, which holds everything that it writes except caches. */
  readonly dir: string;
  readonly state: LabState;
  readonly supervisor: Supervisor;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}
