import { LabError } from '../errors.ts';
import type { Act } from './act.ts';
import { acts, story } from './acts/index.ts';
import type { ForeignCluster } from './cluster/external-cluster.ts';
import type { Expectation } from './expectations.ts';
import { type Played, playActs } from './play.ts';
import { FULL_NAME } from './repository/accounts.ts';
import { resetStory } from './reset.ts';
import { summarize, trafficInAll } from './summary.ts';
import { openWorld, type World } from './world.ts';

const failed = (played: readonly Played[]): boolean => played.some(({ failure }) => failure !== undefined);

function whatToLookAt({ endpoints: { hub, registries } }: World, played: readonly Played[]): string {
  const releases = played.filter(({ act, failure }) => act === 'release' && failure === undefined).length;
  return [
    releases > 0 ? 'Look at' : 'The lab is still up',
    `  the repository   ${hub.url}/${FULL_NAME}`,
    `  its releases     ${hub.url}/${FULL_NAME}/releases`,
    `  its runs         ${hub.url}/${FULL_NAME}/actions`,
    `  production       http://${registries.production.host}/v2/_catalog`,
    'Play one act again with `npm run lab -- play release`, stop everything with `npm run lab -- down`.',
  ].join('\n');
}

/** Fewer requests in all acts together would prove little. */
const ENOUGH_REQUESTS = 50_000;

/** What is expected of all acts together; only a story that was told to its end has that. */
function expectOfAll(played: readonly Played[]): Expectation {
  const { requests, lost } = trafficInAll(played) ?? { requests: 0, lost: 0 };
  return {
    what: `all acts together: at least ${ENOUGH_REQUESTS.toLocaleString('en')} requests, and not one lost`,
    measured: `${requests.toLocaleString('en')} requests, ${lost} lost`,
    met: requests >= ENOUGH_REQUESTS && lost === 0,
  };
}

/** Plays acts, and says what came of them. Returns whether every expectation was met. */
async function tell(world: World, wanted: readonly Act[], labDir: string, signal: AbortSignal): Promise<boolean> {
  const started = performance.now();
  const played = await playActs(wanted, world, labDir, signal);
  const ofAll = wanted === story && !failed(played) ? [expectOfAll(played)] : [];
  const expectations = [...played.flatMap((each) => each.expectations), ...ofAll];
  const met = expectations.filter((each) => each.met).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n${summarize(played)}\n`);
  for (const each of ofAll) console.log(`${each.met ? '✔' : '✘'} ${each.what}: ${each.measured}`);
  console.log(`${met} of ${expectations.length} expectations met in ${seconds} s\n`);
  console.log(whatToLookAt(world, played));
  return !failed(played) && met === expectations.length;
}

/** The whole story from the beginning, on a lab that is up. Returns whether every expectation was met. */
export async function tellStory(labDir: string, signal: AbortSignal, foreign?: ForeignCluster): Promise<boolean> {
  const world = await openWorld(labDir, foreign);
  await resetStory(world);
  return tell(world, story, labDir, signal);
}

/** Single acts, on what is there. Returns whether every expectation was met. */
export async function tellActs(
  names: readonly string[],
  labDir: string,
  signal: AbortSignal,
  foreign?: ForeignCluster,
): Promise<boolean> {
  const wanted = names.map((name) => {
    const act = acts.find((each) => each.name === name);
    if (act === undefined) {
      throw new LabError(`There is no act "${name}".`, `The acts are: ${acts.map((each) => each.name).join(', ')}.`);
    }
    return act;
  });
  return tell(await openWorld(labDir, foreign), wanted, labDir, signal);
}
