import type { Act } from '../act.ts';
import { autoscale } from './autoscale.ts';
import { brokenRelease } from './broken-release.ts';
import { chart } from './chart.ts';
import { drift } from './drift.ts';
import { everythingInGit } from './everything-in-git.ts';
import { firstSync } from './first-sync.ts';
import { guard } from './guard.ts';
import { merge } from './merge.ts';
import { release } from './release.ts';
import { rollback } from './rollback.ts';
import { rollout } from './rollout.ts';
import { selfHealing } from './self-healing.ts';

/** The whole story in order: a first release brings the shop into the cluster, the second replaces it under traffic. */
export const story: readonly Act[] = [
  everythingInGit,
  merge,
  release,
  firstSync,
  chart,
  merge,
  rollout,
  selfHealing,
  drift,
  autoscale,
  brokenRelease,
  rollback,
  guard,
];

/** Every act, by the name that the command line knows it by. */
export const acts: readonly Act[] = [...new Set(story)];
