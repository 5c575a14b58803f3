import type { Command } from 'commander';
import { resolveLabDir } from '../paths.ts';

/** Adds one command to the command line. */
export type RegisterCommand = (program: Command) => void;

/** The directory of the lab that the command line names. */
export const labDirOf = (program: Command): string => resolveLabDir(program.opts<{ dir?: string }>().dir);
