import { Command } from 'commander';
import { commands } from './cli/lab-commands.ts';
import { describeError } from './errors.ts';
import { Interrupted } from './lifecycle/interrupt.ts';

const program = new Command('lab')
  .description('GitHub and Azure on one machine: the same actions, workflows and chart, on real parts')
  .option('--dir <directory>', 'directory of the lab (default: GITOPS_LAB_DIR, else .lab in the checkout)')
  .configureHelp({ showGlobalOptions: true });
for (const register of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof Interrupted) {
    console.error('Stopped; nothing that this command started is left running.');
    process.exitCode = error.exitCode;
  } else {
    console.error(`\nerror: ${describeError(error)}`);
    process.exitCode = 1;
  }
}
