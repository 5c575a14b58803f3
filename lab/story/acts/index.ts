import type { Act } from '../act.ts';
import { autoscale } from './autoscale.ts';
import { brokenRelease } from './broken-release.ts';
import { chart } from './chart.ts';
import { drift } from './drift.ts';
import { everythingInGit } from './everything-in-git.ts';
import { firstSync } from './first-sync.ts';
import { guard } from './guard.ts';
import { merge } from './merge.ts';
import { network } from './network.ts';
import { release } from './release.ts';
import { rollback } from './rollback.ts';
import { rollout } from './rollout.ts';
import { selfHealing } from './self-healing.ts';
import { troubleApiServer } from './trouble/api-server.ts';
import { troubleHub } from './trouble/hub.ts';
import { troubleLeaders } from './trouble/leaders.ts';
import { troublePull } from './trouble/pull.ts';
import { troubleRepoServer } from './trouble/repo-server.ts';

/** The whole story in order: a first release deploys the shop to the cluster, a second one replaces it under traffic. */
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
  network,
  guard,
];

/** Outages, played separately from the story. After each of them the story continues, or starts from scratch, without manual cleanup. */
export const trouble: readonly Act[] = [troubleRepoServer, troubleLeaders, troubleApiServer, troubleHub, troublePull];

/** All acts that the command line can play by name. */
export const acts: readonly Act[] = [...new Set([...story, ...trouble])];
