import type { Expectations } from './expectations.ts';
import type { Stage } from './stage.ts';
import type { World } from './world.ts';

/** What acts hand on to later ones in one telling. */
export interface Thread {
  /** The commit on main that the last merge made. */
  mergeCommit?: string;
  /** The version released last. */
  version?: string;
}

export interface Act {
  /** For the command line: `npm run lab -- play release`. */
  name: string;
  /** Its number in the story. */
  number: number;
  title: string;
  /** Seconds. */
  limit: number;
  play(
    world: World,
    expect: Expectations,
    thread: Thread,
    progress: (line: string) => void,
    stage: Stage,
  ): Promise<void>;
}
