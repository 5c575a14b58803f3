import type { LabState } from './services/state.ts';
import type { Supervisor } from './services/supervisor.ts';

/** One lab while a command works on it: what every step is given. */
export interface Lab {
  /** Its directory, holding everything it writes apart from caches. */
  readonly dir: string;
  readonly state: LabState;
  readonly supervisor: Supervisor;
  /** Aborted by Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}
