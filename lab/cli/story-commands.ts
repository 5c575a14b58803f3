import { type Command, InvalidArgumentError } from 'commander';
import { LabError } from '../errors.ts';
import { down } from '../lifecycle/down.ts';
import { Interrupted, interruptible, STOPPED } from '../lifecycle/interrupt.ts';
import { up } from '../lifecycle/up.ts';
import { createExternalClusterProvider } from '../story/cluster/external-cluster.ts';
import { labClusterProvider } from '../story/cluster/lab-cluster.ts';
import type { ClusterProvider } from '../story/cluster/provider.ts';
import { playNamedActs, playStory } from '../story/demo.ts';
import { getLabDir, type RegisterCommand } from './program.ts';

interface ClusterOptions {
  context?: string;
  kubeconfig?: string;
  webUrl?: string;
  hubUrl?: string;
}

function parseHttpUrl(text: string): string {
  if (URL.parse(text)?.protocol !== 'http:') throw new InvalidArgumentError('It must begin with http://.');
  return text;
}

/** Adds the options that select an external cluster. */
const addClusterOptions = (command: Command): Command =>
  command
    .option('--context <name>', 'play on this cluster of your kubeconfig instead of the lab’s own')
    .option('--kubeconfig <file>', 'the kubeconfig of --context')
    .option('--web-url <url>', 'where this machine reaches the shop in that cluster', parseHttpUrl)
    .option('--hub-url <url>', 'where that cluster reaches the hub', parseHttpUrl);

/** @throws LabError when the options of an external cluster are incomplete */
function selectProvider({ context, kubeconfig, webUrl, hubUrl }: ClusterOptions): ClusterProvider {
  if (context === undefined && kubeconfig === undefined && webUrl === undefined && hubUrl === undefined) {
    return labClusterProvider;
  }
  if (!context || !webUrl || !hubUrl) {
    throw new LabError(
      'A cluster of your own needs --context, --web-url and --hub-url together.',
      'See lab/README.md, "A cluster of your own".',
    );
  }
  return createExternalClusterProvider({
    context,
    webUrl,
    hubUrl,
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
  });
}

const demoCommand: RegisterCommand = (program) => {
  addClusterOptions(program.command('demo'))
    .description('bring the lab up and play the whole story from its beginning')
    .action(async (options: ClusterOptions) => {
      const labDir = getLabDir(program);
      const provider = selectProvider(options);
      await up(labDir, provider.steps);
      await runStory(
        (signal) => playStory({ labDir, provider, signal }),
        () => down(labDir, { report: (line) => console.log(line) }),
      );
    });
};

const playCommand: RegisterCommand = (program) => {
  addClusterOptions(program.command('play'))
    .description('play single acts on a lab that is up')
    .argument('<acts...>', 'names of acts, in this order')
    .action(async (acts: string[], options: ClusterOptions) => {
      const labDir = getLabDir(program);
      const provider = selectProvider(options);
      await runStory((signal) => playNamedActs(acts, { labDir, provider, signal }));
    });
};

/**
 * Runs a story and ends this process with exit code 0 if all expectations were met, otherwise with 1. Ctrl-C ends the current
 * act, then calls `onStop`.
 */
async function runStory(play: (signal: AbortSignal) => Promise<boolean>, onStop?: () => Promise<void>): Promise<void> {
  try {
    const met = await interruptible(play, () => undefined);
    // An act that timed out may still wait for something, which would keep the process alive.
    process.exit(met ? 0 : 1);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    await onStop?.();
    console.error(STOPPED);
    process.exit(error.exitCode);
  }
}

/** Commands that play the story. */
export const storyCommands: readonly RegisterCommand[] = [demoCommand, playCommand];
