import type { Traffic } from '../traffic/index.ts';
import type { Expectations } from './expectations.ts';
import type { World } from './world.ts';

/** What acts pass on to later acts of the same run. */
export interface StoryState {
  /** The commit on main that the last merge created. */
  mergeCommit?: string;
  /** The version released last. */
  version?: string;
}

/** What an act works with. Everything that it starts here ends with the act, however the act ends. */
export interface Stage {
  readonly world: World;
  readonly expect: Expectations;
  readonly state: StoryState;
  /** Aborted when the act is over. */
  readonly signal: AbortSignal;
  /** Shows one line below the act's title. */
  readonly progress: (line: string) => void;
  /** Sends requests to the shop until it is stopped, at the latest when the act ends. Throws once the act is over. */
  readonly startTraffic: (options?: { rate?: number; seconds?: number }) => Promise<Traffic>;
}

export interface Act {
  /** For the command line: `npm run lab -- play release`. */
  name: string;
  title: string;
  timeoutSeconds: number;
  play(stage: Stage): Promise<void>;
}
