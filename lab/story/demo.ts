import { LabError } from '../errors.ts';
import type { Act } from './act.ts';
import { acts, story } from './acts/index.ts';
import type { ClusterProvider } from './cluster/provider.ts';
import type { Expectation } from './expectations.ts';
import { type ActResult, playActs } from './play.ts';
import { FULL_NAME } from './repository/accounts.ts';
import { resetStory } from './reset.ts';
import { summarize, totalTraffic } from './summary.ts';
import { createWorld, type World } from './world.ts';

export interface StoryOptions {
  labDir: string;
  /** Where the shop runs. */
  provider: ClusterProvider;
  /** Ends the current act. */
  signal: AbortSignal;
}

const hasFailure = (results: readonly ActResult[]): boolean => results.some(({ failure }) => failure !== undefined);

function formatLinks({ endpoints: { hub, registries } }: World, results: readonly ActResult[]): string {
  const released = results.some(({ act, failure }) => act === 'release' && failure === undefined);
  return [
    released ? 'Look at' : 'The lab is still up',
    `  the repository   ${hub.url}/${FULL_NAME}`,
    `  its releases     ${hub.url}/${FULL_NAME}/releases`,
    `  its runs         ${hub.url}/${FULL_NAME}/actions`,
    `  production       http://${registries.production.host}/v2/_catalog`,
    'Play one act again with `npm run lab -- play release`, stop everything with `npm run lab -- down`.',
  ].join('\n');
}

/** Fewer requests in all acts together would prove little. */
const MIN_REQUESTS = 50_000;

/** What is expected of all acts together, when the whole story was played. */
function overallExpectation(results: readonly ActResult[]): Expectation {
  const { requests, lost } = totalTraffic(results) ?? { requests: 0, lost: 0 };
  return {
    what: `all acts together: at least ${MIN_REQUESTS.toLocaleString('en')} requests, none lost`,
    measured: `${requests.toLocaleString('en')} requests, ${lost} lost`,
    met: requests >= MIN_REQUESTS && lost === 0,
  };
}

/** Plays acts and prints the results. Returns whether every expectation was met. */
async function playAndReport(selected: readonly Act[], world: World, signal: AbortSignal): Promise<boolean> {
  const started = performance.now();
  const results = await playActs(selected, world, signal);
  const overall = selected === story && !hasFailure(results) ? [overallExpectation(results)] : [];
  const expectations = [...results.flatMap((result) => result.expectations), ...overall];
  const met = expectations.filter((expectation) => expectation.met).length;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`\n${summarize(results)}\n`);
  for (const expectation of overall) {
    console.log(`${expectation.met ? '✔' : '✘'} ${expectation.what}: ${expectation.measured}`);
  }
  console.log(`${met} of ${expectations.length} expectations met in ${seconds} s\n`);
  console.log(formatLinks(world, results));
  return !hasFailure(results) && met === expectations.length;
}

/** Plays the whole story from the beginning, on a lab that is up. Returns whether every expectation was met. */
export async function playStory({ labDir, provider, signal }: StoryOptions): Promise<boolean> {
  const world = await createWorld(labDir, provider);
  await resetStory(world);
  return playAndReport(story, world, signal);
}

/** Plays single acts on the current state of the lab. Returns whether every expectation was met. */
export async function playNamedActs(
  names: readonly string[],
  { labDir, provider, signal }: StoryOptions,
): Promise<boolean> {
  const selected = names.map((name) => {
    const act = acts.find((candidate) => candidate.name === name);
    if (act === undefined) {
      throw new LabError(`There is no act "${name}".`, `Use one of: ${acts.map((act) => act.name).join(', ')}.`);
    }
    return act;
  });
  return playAndReport(selected, await createWorld(labDir, provider), signal);
}
