import type { Act } from '../act.ts';
import { everythingInGit } from './everything-in-git.ts';
import { guard } from './guard.ts';
import { merge } from './merge.ts';
import { release } from './release.ts';

/** Every act, by the name that the command line knows it by. */
export const acts: readonly Act[] = [everythingInGit, guard, merge, release];

/** The whole story in order. A second merge and release show that the way is the same every time. */
export const story: readonly Act[] = [everythingInGit, guard, merge, release, merge, release];
