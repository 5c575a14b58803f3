import { InvalidArgumentError, Option } from 'commander';
import { TOPOLOGIES, type Topology } from '../cluster/argo/values.ts';
import { LabError } from '../errors.ts';
import { down } from '../lifecycle/down.ts';
import { interruptible } from '../lifecycle/interrupt.ts';
import { createSteps, githubSteps } from '../lifecycle/steps.ts';
import { up } from '../lifecycle/up.ts';
import { cacheDir } from '../paths.ts';
import { describeCache, prune } from '../prune/index.ts';
import { benchTools, ensureTools, formatToolTable, type ToolName, toolNames } from '../tools/index.ts';
import { findLog, showLog } from './logs.ts';
import { getLabDir, type RegisterCommand } from './program.ts';
import { formatStatus, readServiceStatus } from './status.ts';

const print = (line: string) => console.log(line);

const upCommand: RegisterCommand = (program) => {
  program
    .command('up')
    .description('start everything; services that already run are kept')
    .option('--no-cluster', 'without Kubernetes and Argo CD: Git, registries, builder and workflow runs')
    .addOption(
      new Option('--argocd <topology>', 'one pod of each part of Argo CD, or as many as in production').choices(
        TOPOLOGIES,
      ),
    )
    .action(async ({ cluster, argocd }: { cluster: boolean; argocd?: Topology }) => {
      const dir = getLabDir(program);
      await up(dir, cluster ? createSteps(argocd) : githubSteps);
      console.log(`\n${formatStatus(readServiceStatus(dir))}\n\nAddresses and passwords: ${dir}/state.json`);
    });
};

const downCommand: RegisterCommand = (program) => {
  program
    .command('down')
    .description('stop everything that was started, also after a crash')
    .option('--clean', 'also delete the directory of the lab; built tools stay in the cache')
    .action(async ({ clean = false }: { clean?: boolean }) => {
      await down(getLabDir(program), { clean, report: print });
      if (clean) for (const line of await describeCache(cacheDir())) print(line);
      console.log('The lab is down.');
    });
};

const statusCommand: RegisterCommand = (program) => {
  program
    .command('status')
    .description('show the services; the exit code is 1 unless all of them run')
    .option('--json', 'print JSON')
    .action(({ json }: { json?: boolean }) => {
      const services = readServiceStatus(getLabDir(program));
      console.log(json ? JSON.stringify(services, null, 2) : formatStatus(services));
      if (services.length === 0 || services.some(({ running }) => !running)) process.exitCode = 1;
    });
};

const logsCommand: RegisterCommand = (program) => {
  const parseCount = (text: string) => {
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a number of lines, such as 100.');
    return Number(text);
  };
  program
    .command('logs')
    .description('show the end of a service’s log')
    .argument('<name>', 'service, as `status` lists them')
    .option('-f, --follow', 'print new lines until Ctrl-C', false)
    .option('-n, --lines <count>', 'number of lines to start with', parseCount, 100)
    .action((name: string, options: { follow: boolean; lines: number }) =>
      showLog(findLog(getLabDir(program), name), options, (text) => process.stdout.write(text)),
    );
};

const toolsCommand: RegisterCommand = (program) => {
  const parseTool = (text: string, previous: ToolName[] = []) => {
    const name = toolNames.find((toolName) => toolName === text);
    if (!name) throw new InvalidArgumentError(`It must be one of: ${toolNames.join(', ')}.`);
    return [...previous, name];
  };
  program
    .command('tools')
    .description('install or build the tools that the lab uses, and list them')
    .argument('[names...]', 'only these', parseTool)
    .option('--prune', 'instead, delete tools and root file systems that no checkout and no running process uses')
    .option('--dry-run', 'with --prune: list what would be deleted')
    .action((selected: ToolName[], { prune: isPrune, dryRun = false }: ToolsOptions) => {
      if (isPrune) return pruneTools(selected, dryRun);
      if (!dryRun) return installTools(selected);
      throw new LabError('--dry-run is an option of --prune.', 'Run: npm run lab -- tools --prune --dry-run');
    });
};

interface ToolsOptions {
  prune?: boolean;
  dryRun?: boolean;
}

async function installTools(selected: readonly ToolName[]): Promise<void> {
  const names = selected.length > 0 ? selected : toolNames.filter((name) => !benchTools.includes(name));
  await interruptible(
    (signal) => ensureTools(names, { progress: print, signal }),
    () => {},
  );
  print(formatToolTable(names));
}

/** @throws LabError if tools are named: all that are unused are deleted */
async function pruneTools(selected: readonly ToolName[], dryRun: boolean): Promise<void> {
  if (selected.length > 0) {
    throw new LabError(
      '--prune deletes everything that is unused, not single tools.',
      'Run it without names: npm run lab -- tools --prune',
    );
  }
  await interruptible(
    (signal) => prune({ dryRun, report: print, signal }),
    () => {},
  );
}

/** Commands that manage the lab. */
export const labCommands: readonly RegisterCommand[] = [
  upCommand,
  downCommand,
  statusCommand,
  logsCommand,
  toolsCommand,
];
