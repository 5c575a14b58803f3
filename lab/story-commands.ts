import { type Command, InvalidArgumentError } from 'commander';
import { down } from './down.ts';
import { LabError } from './errors.ts';
import { Interrupted, interruptible } from './interrupt.ts';
import { labDirOf, type RegisterCommand } from './register.ts';
import { githubSteps, type LabStep, steps } from './steps.ts';
import { tellActs, tellStory } from './story/demo.ts';
import type { ForeignCluster } from './story/foreign-cluster.ts';
import { ensureTools } from './tools/index.ts';
import { up } from './up.ts';

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

/** All that a story on somebody else's cluster needs of the lab. */
const stepsWithoutCluster: readonly LabStep[] = [
  ...githubSteps,
  { title: 'kubectl', run: (lab, progress) => ensureTools(['kubectl'], { progress, signal: lab.signal }) },
];

export const demoCommand: RegisterCommand = (program) => {
  withCluster(program.command('demo'))
    .description('bring the lab up and play the whole story from its beginning')
    .action(async (options: ClusterOptions) => {
      const dir = labDirOf(program);
      const foreign = foreignCluster(options);
      await up(dir, foreign === undefined ? steps : stepsWithoutCluster);
      await whileUp(dir, () => tellStory(dir, foreign));
    });
};

export const playCommand: RegisterCommand = (program) => {
  withCluster(program.command('play'))
    .description('play single acts on a lab that is up')
    .argument('<acts...>', 'names of acts, in this order')
    .action(async (acts: string[], options: ClusterOptions) => {
      const dir = labDirOf(program);
      const foreign = foreignCluster(options);
      if (foreign !== undefined) await ensureTools(['kubectl']);
      if (!(await tellActs(acts, dir, foreign))) process.exitCode = 1;
    });
};

/** Tells a story; Ctrl-C takes the lab down with it. */
async function whileUp(dir: string, tell: () => Promise<boolean>): Promise<void> {
  try {
    const met = await interruptible(
      (signal) =>
        new Promise<boolean>((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          tell().then(resolve, reject);
        }),
      () => undefined,
    );
    if (!met) process.exitCode = 1;
  } catch (error) {
    if (error instanceof Interrupted) {
      await down(dir, { report: (line) => console.log(line) });
      // What the story still waits for would keep the process alive.
      process.exit(error.exitCode);
    }
    throw error;
  }
}
