import { type Command, InvalidArgumentError } from 'commander';
import { down } from './down.ts';
import { Interrupted, interruptible } from './interrupt.ts';
import { findLog, showLog } from './logs.ts';
import { resolveLabDir } from './paths.ts';
import { formatStatus, serviceStatus } from './status.ts';
import { githubSteps, steps } from './steps.ts';
import { tellActs, tellStory } from './story/demo.ts';
import { describeTools, ensureTools, type ToolName, toolNames } from './tools/index.ts';
import { up } from './up.ts';

/** Adds one command to the command line. */
export type RegisterCommand = (program: Command) => void;

const labDirOf = (program: Command) => resolveLabDir(program.opts<{ dir?: string }>().dir);

const upCommand: RegisterCommand = (program) => {
  program
    .command('up')
    .description('start everything; what runs already is kept')
    .option('--no-cluster', 'without Kubernetes and Argo CD: Git, registries, builder and workflow runs')
    .action(async ({ cluster }: { cluster: boolean }) => {
      const dir = labDirOf(program);
      await up(dir, cluster ? steps : githubSteps);
      console.log(`\n${formatStatus(serviceStatus(dir))}\n\nAddresses and passwords: ${dir}/state.json`);
    });
};

const downCommand: RegisterCommand = (program) => {
  program
    .command('down')
    .description('stop everything that was started, also after a crash')
    .option('--clean', 'delete the folder of the lab too; built tools stay in the cache')
    .action(async ({ clean = false }: { clean?: boolean }) => {
      await down(labDirOf(program), { clean, report: (line) => console.log(line) });
      console.log('The lab is down.');
    });
};

const statusCommand: RegisterCommand = (program) => {
  program
    .command('status')
    .description('show the services; exit code 1 unless all of them run')
    .option('--json', 'for programs')
    .action(({ json }: { json?: boolean }) => {
      const services = serviceStatus(labDirOf(program));
      console.log(json ? JSON.stringify(services, null, 2) : formatStatus(services));
      if (services.length === 0 || services.some(({ running }) => !running)) process.exitCode = 1;
    });
};

const logsCommand: RegisterCommand = (program) => {
  const count = (text: string) => {
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a number of lines, such as 100.');
    return Number(text);
  };
  program
    .command('logs')
    .description('show the end of a service’s log')
    .argument('<name>', 'service, as `status` lists them')
    .option('-f, --follow', 'go on with what is added, until Ctrl-C', false)
    .option('-n, --lines <count>', 'lines to start with', count, 100)
    .action((name: string, options: { follow: boolean; lines: number }) =>
      showLog(findLog(labDirOf(program), name), options, (text) => process.stdout.write(text)),
    );
};

const toolsCommand: RegisterCommand = (program) => {
  const known = (text: string, previous: ToolName[] = []) => {
    const name = toolNames.find((each) => each === text);
    if (!name) throw new InvalidArgumentError(`Tools are: ${toolNames.join(', ')}.`);
    return [...previous, name];
  };
  program
    .command('tools')
    .description('install or build what the lab runs, and list it')
    .argument('[names...]', 'only these', known)
    .action(async (named: ToolName[]) => {
      const names = named.length > 0 ? named : toolNames;
      await interruptible(
        (signal) => ensureTools(names, { progress: (line) => console.log(line), signal }),
        () => {},
      );
      console.log(describeTools(names));
    });
};

const demoCommand: RegisterCommand = (program) => {
  program
    .command('demo')
    .description('bring the lab up and play the whole story from its beginning')
    .action(async () => {
      const dir = labDirOf(program);
      await up(dir);
      await whileUp(dir, () => tellStory(dir));
    });
};

const playCommand: RegisterCommand = (program) => {
  program
    .command('play')
    .description('play single acts on a lab that is up')
    .argument('<acts...>', 'names of acts, in this order')
    .action(async (acts: string[]) => {
      const dir = labDirOf(program);
      if (!(await tellActs(acts, dir))) process.exitCode = 1;
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
      await down(dir, { clean: false, report: (line) => console.log(line) });
      // What the story still waits for would keep the process alive.
      process.exit(error.exitCode);
    }
    throw error;
  }
}

/** Every command of `npm run lab --`. */
export const commands: readonly RegisterCommand[] = [
  demoCommand,
  upCommand,
  downCommand,
  statusCommand,
  logsCommand,
  playCommand,
  toolsCommand,
];
