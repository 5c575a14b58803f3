import { labCommands } from './cli/lab-commands.ts';
import { createProgram } from './cli/program.ts';
import { storyCommands } from './cli/story-commands.ts';
import { describeError } from './errors.ts';
import { Interrupted, STOPPED } from './lifecycle/interrupt.ts';

const program = createProgram();
for (const register of [...storyCommands, ...labCommands]) register(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof Interrupted) {
    console.error(STOPPED);
    process.exitCode = error.exitCode;
  } else {
    console.error(`\nerror: ${describeError(error)}`);
    process.exitCode = 1;
  }
}
