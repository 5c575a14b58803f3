import { InvalidArgumentError } from 'commander';
import { down } from '../lifecycle/down.ts';
import { interruptible } from '../lifecycle/interrupt.ts';
import { githubSteps, steps } from '../lifecycle/steps.ts';
import { up } from '../lifecycle/up.ts';
import { describeTools, ensureTools, type ToolName, toolNames } from '../tools/index.ts';
import { findLog, showLog } from './logs.ts';
import { labDirOf, type RegisterCommand } from './program.ts';
import { formatStatus, serviceStatus } from './status.ts';
import { demoCommand, playCommand } from './story-commands.ts';

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
    .option('--clean', 'delete the directory of the lab too; built tools stay in the cache')
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
