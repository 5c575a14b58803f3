/**
 * Runs all tests: installs the tools that they use, then runs Jest with the tools on the `PATH`.
 *
 *   npm test [-- JEST-ARGUMENTS]
 */
import { join } from 'node:path';
import { execa } from 'execa';
import { describeError } from '../lab/errors.ts';
import { ensureTools, toolsEnv } from '../lab/tools/index.ts';
import { selectTestTools } from '../lab/tools/terraform.ts';

try {
  await ensureTools(await selectTestTools(), { progress: (line) => console.log(line) });
} catch (error) {
  console.error(`error: ${describeError(error)}`);
  process.exit(1);
}
const jest = join(import.meta.dirname, '..', 'node_modules', 'jest', 'bin', 'jest.js');
const { exitCode } = await execa(
  process.execPath,
  ['--experimental-vm-modules', '--no-warnings', jest, ...process.argv.slice(2)],
  { env: toolsEnv(), stdio: 'inherit', reject: false },
);
process.exitCode = exitCode ?? 1;
