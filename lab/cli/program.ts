import { Command } from 'commander';
import { resolveLabDir } from '../paths.ts';

/** Adds one command to the command line. */
export type RegisterCommand = (program: Command) => void;

/** The command line without its commands. */
export const createProgram = (): Command =>
  new Command('lab')
    .description('GitHub and Azure on one machine: the same actions, workflows and chart, run by real components')
    .option('--dir <directory>', 'directory of the lab (default: GITOPS_LAB_DIR, otherwise .lab in the checkout)')
    .configureHelp({ showGlobalOptions: true });

/** The directory of the lab that `--dir` names. */
export const getLabDir = (program: Command): string => resolveLabDir(program.opts<{ dir?: string }>().dir);
