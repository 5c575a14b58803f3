import { type Command, InvalidArgumentError } from 'commander';
import { LabError } from '../errors.ts';
import { down } from '../lifecycle/down.ts';
import { Interrupted, interruptible } from '../lifecycle/interrupt.ts';
import { githubSteps, type LabStep, steps } from '../lifecycle/steps.ts';
import { up } from '../lifecycle/up.ts';
import type { ForeignCluster } from '../story/cluster/external-cluster.ts';
import { tellActs, tellStory } from '../story/demo.ts';
import { ensureTools, type ToolName } from '../tools/index.ts';
import { labDirOf, type RegisterCommand } from './program.ts';

interface ClusterOptions {
  context?: string;
  kubeconfig?: string;
  webUrl?: string;
  hubUrl?: string;
}

function httpUrl(text: string): string {
  if (URL.parse(text)?.protocol !== 'http:') throw new InvalidArgumentError('It must begin with http://.');
  return text;
}

/** The options that name a cluster which is not the lab's. */
const withCluster = (command: Command): Command =>
  command
    .option('--context <name>', 'play on this cluster of your kubeconfig, not on the lab’s own')
    .option('--kubeconfig <file>', 'the kubeconfig of --context')
    .option('--web-url <url>', 'where this machine reaches the shop in that cluster', httpUrl)
    .option('--hub-url <url>', 'where that cluster reaches the hub', httpUrl);

/** @throws LabError when they name a cluster by half */
function foreignCluster({ context, kubeconfig, webUrl, hubUrl }: ClusterOptions): ForeignCluster | undefined {
  if (context === undefined && kubeconfig === undefined && webUrl === undefined && hubUrl === undefined)
    return undefined;
  if (!context || !webUrl || !hubUrl) {
    throw new LabError(
      'A cluster of your own is named by --context, --web-url and --hub-url together.',
      'See lab/README.md, "A cluster of your own".',
    );
  }
  return { context, webUrl, hubUrl, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
}

const TOOLS_FOR_A_CLUSTER: readonly ToolName[] = ['kubectl', 'argocd'];

/** All that a story on somebody else's cluster needs of the lab. */
const stepsWithoutCluster: readonly LabStep[] = [
  ...githubSteps,
  {
    title: 'Tools for the cluster',
    run: (lab, progress) => ensureTools(TOOLS_FOR_A_CLUSTER, { progress, signal: lab.signal }),
  },
];

export const demoCommand: RegisterCommand = (program) => {
  withCluster(program.command('demo'))
    .description('bring the lab up and play the whole story from its beginning')
    .action(async (options: ClusterOptions) => {
      const dir = labDirOf(program);
      const foreign = foreignCluster(options);
      await up(dir, foreign === undefined ? steps : stepsWithoutCluster);
      await telling(
        (signal) => tellStory(dir, signal, foreign),
        () => down(dir, { report: (line) => console.log(line) }),
      );
    });
};

export const playCommand: RegisterCommand = (program) => {
  withCluster(program.command('play'))
    .description('play single acts on a lab that is up')
    .argument('<acts...>', 'names of acts, in this order')
    .action(async (acts: string[], options: ClusterOptions) => {
      const dir = labDirOf(program);
      const foreign = foreignCluster(options);
      if (foreign !== undefined) await ensureTools(TOOLS_FOR_A_CLUSTER);
      await telling((signal) => tellActs(acts, dir, signal, foreign));
    });
};

/**
 * Tells a story, and ends this process: with 0 when all was as expected, else with 1. Ctrl-C ends the act that is being
 * played, then does what `onStop` says.
 */
async function telling(tell: (signal: AbortSignal) => Promise<boolean>, onStop?: () => Promise<void>): Promise<void> {
  try {
    const met = await interruptible(tell, () => undefined);
    // What an act that ran out of time still waits for would keep the process alive.
    process.exit(met ? 0 : 1);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    await onStop?.();
    console.error('Stopped; nothing that this command started is left running.');
    process.exit(error.exitCode);
  }
}
